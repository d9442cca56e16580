#include "libcluster/kube/list_filter.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

bool OnlyDev(std::string_view kube_namespace, std::string_view name) {
  return kube_namespace == "dev" && name != "secret";
}

TEST_CASE("objects that may not be seen leave lists and tables") {
  const auto list = FilterList(R"({"kind":"PodList","items":[{"metadata":{"namespace":"dev","name":"a"}},)"
                               R"({"metadata":{"namespace":"prod","name":"b"}},)"
                               R"({"metadata":{"namespace":"dev","name":"secret"}}],"x":1.5})",
                               OnlyDev);
  CHECK(list.value() == R"({"kind":"PodList","items":[{"metadata":{"namespace":"dev","name":"a"}}],"x":1.5})");
  const auto table = FilterList(R"({"kind":"Table","rows":[{"cells":[1],"object":{"metadata":{"namespace":"dev",)"
                                R"("name":"a"}}},{"cells":[2],"object":{"metadata":{"namespace":"p","name":"b"}}},)"
                                R"({"cells":[3]}]})",
                                OnlyDev);
  CHECK(table->find("[1]") != std::string::npos);
  CHECK(table->find("[2]") == std::string::npos);
  CHECK(table->find("[3]") == std::string::npos);  // what names no object is not shown
  CHECK(FilterList(R"({"kind":"Status"})", OnlyDev).value() == R"({"kind":"Status"})");
  CHECK_FALSE(FilterList("no json", OnlyDev));
}

TEST_CASE("watch events pass one by one") {
  const std::string seen = R"({"type":"ADDED","object":{"metadata":{"namespace":"dev","name":"a"}}})";
  CHECK(FilterWatchEvent(seen, OnlyDev).value().value() == seen);
  CHECK_FALSE(FilterWatchEvent(R"({"type":"DELETED","object":{"metadata":{"namespace":"p","name":"a"}}})", OnlyDev)
                  .value()
                  .has_value());
  const std::string bookmark = R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5"}}})";
  CHECK(FilterWatchEvent(bookmark, OnlyDev).value().has_value());
}

}  // namespace
}  // namespace sallyport
