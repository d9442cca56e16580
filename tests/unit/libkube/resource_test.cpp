#include "libkube/resource.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

const KubeResource kSecrets{"", "v1", "secrets"};
const KubeResource kLeasesOfTest{"coordination.k8s.io", "v1", "leases"};

TEST_CASE("paths of objects, of their parts, and of collections") {
  CHECK(PathOf(KubeObjectName{kSecrets, "a", "b"}).value() == "/api/v1/namespaces/a/secrets/b");
  CHECK(PathOf(KubeObjectName{{"", "v1", "nodes"}, "", "n1"}).value() == "/api/v1/nodes/n1");
  CHECK(PathOf(KubeObjectName{kLeasesOfTest, "a", "b", "status"}).value() ==
        "/apis/coordination.k8s.io/v1/namespaces/a/leases/b/status");
  CHECK(PathOf(KubeCollection{kSecrets, "a"}).value() == "/api/v1/namespaces/a/secrets");
  CHECK(PathOf(KubeCollection{kSecrets}).value() == "/api/v1/secrets");
  const KubeResource roles{"rbac.authorization.k8s.io", "v1", "clusterroles"};
  CHECK(PathOf(KubeObjectName{roles, "", "system:node"}).value().ends_with("/clusterroles/system:node"));
}

TEST_CASE("a name cannot lead to another path") {
  for (const std::string bad : {"", ".", "..", "a/b", "%2e%2e", "a%2Fb"}) {
    CAPTURE(bad);
    CHECK(PathOf(KubeObjectName{kSecrets, "a", bad}).error().kind == ErrorKind::kBadParameter);
    CHECK(PathOf(KubeCollection{{"", "v1", bad}}).error().kind == ErrorKind::kBadParameter);
    if (!bad.empty()) CHECK_FALSE(PathOf(KubeObjectName{kSecrets, bad, "x"}));
    if (!bad.empty()) CHECK_FALSE(PathOf(KubeObjectName{kSecrets, "a", "x", bad}));
  }
  CHECK(PathOf(KubeObjectName{kSecrets, "a", "b c?d#e\r\n"}).value() ==
        "/api/v1/namespaces/a/secrets/b%20c%3Fd%23e%0D%0A");
}

TEST_CASE("a query has what was given, encoded") {
  CHECK(WithQuery("/p", {{"a", ""}, {"limit", "5"}, {"labelSelector", "x=y,z in (1,2)&w"}}) ==
        "/p?limit=5&labelSelector=x%3Dy%2Cz%20in%20%281%2C2%29%26w");
  CHECK(WithQuery("/p", {{"a", ""}}) == "/p");
}

TEST_CASE("errors name objects as kubectl does") {
  CHECK(Described(KubeObjectName{kLeasesOfTest, "a", "b"}) == "leases.coordination.k8s.io \"a/b\"");
  CHECK(Described(KubeObjectName{{"", "v1", "nodes"}, "", "n1", "status"}) == "status of nodes \"n1\"");
  CHECK(Described(KubeCollection{kSecrets, "a"}) == "secrets of namespace \"a\"");
  CHECK(Described(KubeCollection{kSecrets}) == "secrets");
}

}  // namespace
}  // namespace sallyport
