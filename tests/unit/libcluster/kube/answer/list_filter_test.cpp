#include "libcluster/kube/answer/list_filter.h"

#include <catch2/catch.hpp>

#include "libbase/value.h"

namespace sallyport {
namespace {

bool OnlyDev(std::string_view kube_namespace, std::string_view name) {
  return kube_namespace == "dev" && name != "secret";
}

constexpr std::string_view kList = R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[)"
                                   R"({"metadata":{"namespace":"dev","name":"a"}},)"
                                   R"({"metadata":{"namespace":"prod","name":"b"},"x":"]}\"\\"},)"
                                   R"({"metadata":{"namespace":"dev","name":"secret"}}]})";

TEST_CASE("objects that may not be seen leave lists and tables") {
  CHECK(FilterList(kList, OnlyDev).value() ==
        R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[)"
        R"({"metadata":{"namespace":"dev","name":"a"}}]})");
  const auto table = FilterList(R"({"kind":"Table","rows":[{"cells":[1],"object":{"metadata":{"namespace":"dev",)"
                                R"("name":"a"}}},{"cells":[2],"object":{"metadata":{"namespace":"p","name":"b"}}},)"
                                R"({"cells":[3]},{"cells":[4],"object":null},{"cells":[5],"object":{"metadata":)"
                                R"({"namespace":"dev"}}},null,6]})",
                                OnlyDev);
  CHECK(table.value() ==
        R"({"kind":"Table","rows":[{"cells":[1],"object":{"metadata":{"namespace":"dev","name":"a"}}}]})");
  CHECK(FilterList(R"({"kind":"PodList","items":null})", OnlyDev).value() == R"({"kind":"PodList","items":null})");
  CHECK(FilterList(" { \"items\" : [ ] , \"kind\" : \"L\" } \n", OnlyDev).value() == R"({"items":[],"kind":"L"})");
}

TEST_CASE("fields of a list other than its objects are left out") {
  CHECK(FilterList(R"({"kind":"L","Items":[{"metadata":{"name":"b"}}],"other":{"items":[1]},"\u0069tems":[]})", OnlyDev)
            .value() == R"({"kind":"L","items":[]})");
}

TEST_CASE("answers other than lists are refused") {
  for (const char* other : {"no json",
                            "",
                            "[]",
                            "{}",
                            "null",
                            R"({"kind":"Status"})",
                            R"({"kind":"Pod","metadata":{"name":"b"}})",
                            R"({"items":{"a":1}})",
                            R"({"items":"x"})",
                            R"({"items":[],"items":[]})",
                            R"({"items":[],"rows":[]})",
                            R"({"items":[]} {})",
                            R"({"items":[]}x)",
                            R"({"items":[})",
                            R"({"items":[],})",
                            R"({"items":[1,]})",
                            R"({"items":[1 2]})",
                            R"({"items" []})",
                            R"({"items":[{"a":1,"a":2}]})",
                            R"({"items":[]]})",
                            R"({"kind":,"items":[]})",
                            R"({"items":[nul]})",
                            R"({"items":[)",
                            "{\"items\":[\"\xff\"]}"}) {
    CAPTURE(other);
    CHECK_FALSE(FilterList(other, OnlyDev));
  }
}

TEST_CASE("a list is filtered as it arrives") {
  const std::string whole = FilterList(kList, OnlyDev).value();
  for (std::size_t step = 1; step < kList.size(); ++step) {
    CAPTURE(step);
    ListFilter filter(OnlyDev);
    std::vector<std::string> seen;
    filter.OnObject([&seen](const Value&, std::string_view json) { seen.emplace_back(json); });
    std::string out;
    for (std::size_t at = 0; at < kList.size(); at += step) REQUIRE(filter.Put(kList.substr(at, step), out));
    CHECK(filter.End());
    CHECK(out == whole);
    CHECK(seen == std::vector<std::string>{R"({"metadata":{"namespace":"dev","name":"a"}})"});
  }
  ListFilter half(OnlyDev);
  std::string out;
  CHECK(half.Put(kList.substr(0, kList.size() - 1), out));
  CHECK_FALSE(half.End());
}

TEST_CASE("watch events pass one by one") {
  const auto pass = [](std::string_view event) { return FilterWatchEvent(event, OnlyDev).value().has_value(); };
  const std::string seen = R"({"type":"ADDED","object":{"metadata":{"namespace":"dev","name":"a"}}})";
  CHECK(FilterWatchEvent(seen, OnlyDev).value().value() == seen);
  CHECK_FALSE(pass(R"({"type":"DELETED","object":{"metadata":{"namespace":"p","name":"a"}}})"));
  CHECK(pass(R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5"}}})"));
  CHECK(pass(R"({"type":"ERROR","object":{"kind":"Status","metadata":{},"code":410}})"));
  // Lines that are not events of an object.
  for (const char* other :
       {R"({"kind":"SecretList","items":[{"metadata":{"namespace":"p","name":"b"}}]})", R"({"type":"ADDED"})",
        R"({"type":"ADDED","object":null})", R"({"type":"OTHER","object":{"metadata":{"namespace":"dev","name":"a"}}})",
        R"({"type":"ADDED","object":{"metadata":{"namespace":"dev"}}})", R"([1])", R"("x")",
        R"({"type":"BOOKMARK","object":{"metadata":{"namespace":"p","name":"b"}}})",
        R"({"type":"ERROR","object":{"items":[{"metadata":{"namespace":"p","name":"b"}}]}})"}) {
    CAPTURE(other);
    CHECK_FALSE(pass(other));
  }
  const std::string dev = R"({"cells":[1],"object":{"metadata":{"namespace":"dev","name":"a"}}})";
  const std::string prod = R"({"cells":[1],"object":{"metadata":{"namespace":"p","name":"a"}}})";
  const auto table = [](const std::string& rows) {
    return R"({"type":"ADDED","object":{"kind":"Table","rows":[)" + rows + "]}}";
  };
  CHECK(pass(table(dev)));
  CHECK_FALSE(pass(table(prod)));
  CHECK_FALSE(pass(table(dev + "," + prod)));
  CHECK_FALSE(pass(table("")));
  CHECK_FALSE(FilterWatchEvent("{", OnlyDev));
}

}  // namespace
}  // namespace sallyport
