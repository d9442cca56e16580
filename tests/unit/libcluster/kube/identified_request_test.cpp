#include "libcluster/kube/identified_request.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

const KubeRule kEverything{"*", "*", "*", "*", {"*"}};
const KubeRule kPodsOfDev{"pods", "", "dev", "*", {"*"}};

std::shared_ptr<const KubeAccess> Reach(const KubeRule& rule) {
  return std::make_shared<const KubeAccess>(std::vector{rule}, std::vector<KubeRule>());
}

IdentifiedKubeRequest Ask(std::string_view method, std::string_view target, std::shared_ptr<const KubeAccess> access) {
  auto caller = std::make_shared<Caller>();
  caller->identity.username = "alice";
  IdentifiedKubeRequest asked;
  asked.caller = std::move(caller);
  asked.info = ReadKubeRequest(method, ParseKubeTarget(target).value()).value();
  asked.access = std::move(access);
  return asked;
}

TEST_CASE("only roles that reach a part of the cluster need to know more") {
  struct Row {
    std::string_view method;
    std::string_view target;
    bool scope;
    bool name;
    bool some;
  };
  for (const Row& row : {
           Row{"GET", "/apis/ex.com/v1/things", true, false, false},
           Row{"GET", "/apis/ex.com/v1/namespaces/dev/things", false, false, false},
           Row{"GET", "/api/v1/pods", false, false, false},
           Row{"GET", "/api/v1/namespaces/dev/pods/a", false, false, false},
           Row{"POST", "/api/v1/namespaces/dev/pods", false, true, false},
           Row{"POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", false, false, false},
           Row{"POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", false, false, false},
           Row{"DELETE", "/api/v1/namespaces/dev/pods", false, false, true},
           Row{"DELETE", "/api/v1/namespaces/dev/pods/a", false, false, false},
       }) {
    CAPTURE(row.method, row.target);
    const auto part = Ask(row.method, row.target, Reach(kPodsOfDev));
    CHECK(part.IsRestricted());
    CHECK(part.NeedsScope() == row.scope);
    CHECK(part.NeedsObjectName() == row.name);
    CHECK(part.DeletesSome() == row.some);
    // A caller with access to everything needs neither; an agent neither, because the proxy has decided.
    for (const auto& access : {Reach(kEverything), std::shared_ptr<const KubeAccess>()}) {
      const auto whole = Ask(row.method, row.target, access);
      CHECK_FALSE(whole.IsRestricted());
      CHECK_FALSE(whole.NeedsScope());
      CHECK_FALSE(whole.NeedsObjectName());
      CHECK_FALSE(whole.DeletesSome());
    }
  }
}

TEST_CASE("access reviews are known where roles decide") {
  constexpr std::string_view kReview = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  CHECK(Ask("POST", kReview, Reach(kEverything)).IsAccessReview());
  CHECK(Ask("POST", kReview, Reach(kPodsOfDev)).IsAccessReview());
  CHECK_FALSE(Ask("POST", kReview, nullptr).IsAccessReview());
  CHECK_FALSE(Ask("POST", "/api/v1/namespaces/dev/pods", Reach(kPodsOfDev)).IsAccessReview());
}

TEST_CASE("a refusal says who may not do what, and where") {
  CHECK(
      ForbiddenText(Ask("GET", "/apis/apps/v1/namespaces/dev/deployments/d", Reach(kPodsOfDev))) ==
      "deployments \"d\" is forbidden: User \"alice\" cannot get resource \"deployments\" in API group \"apps\" in the "
      "namespace \"dev\"; none of your roles allows the request in kubernetes_resources");
  CHECK(ForbiddenText(Ask("GET", "/api/v1/nodes", Reach(kPodsOfDev))) ==
        "nodes is forbidden: User \"alice\" cannot list resource \"nodes\" in API group \"\" at the cluster scope; "
        "none of "
        "your roles allows the request in kubernetes_resources");
}

}  // namespace
}  // namespace sallyport
