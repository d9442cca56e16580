#include "libcluster/kube/decided_request.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a filter shows the objects that the verb reaches, wherever the list is of") {
  IdentifiedKubeRequest asked;
  asked.info = ReadKubeRequest("GET", ParseKubeTarget("/api/v1/pods").value()).value();
  DecidedKubeRequest decided(std::move(asked));
  const KubeRule dev{"pods", "", "dev", "web-*", {"list"}};
  decided.filter = std::make_shared<const KubeAccess>(std::vector{dev}, std::vector<KubeRule>());
  CHECK(decided.MayShow("dev", "web-1"));
  CHECK_FALSE(decided.MayShow("dev", "db-1"));
  CHECK_FALSE(decided.MayShow("ops", "web-1"));

  // An object without a namespace has the namespace of the request.
  decided.asked.info.request.kube_namespace = "dev";
  CHECK(decided.MayShow("", "web-1"));
  decided.asked.info.request.verb = "watch";
  CHECK_FALSE(decided.MayShow("", "web-1"));
}

}  // namespace
}  // namespace sallyport
