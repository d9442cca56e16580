#include "libcluster/kube/request_info.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

struct Row {
  const char* method;
  const char* path;
  const char* query;
  const char* verb;
  const char* group_version;
  const char* kind;
  const char* kube_namespace;
  const char* name;
};

TEST_CASE("paths of the Kubernetes API give verb and object") {
  const Row rows[] = {
      {"GET", "/api/v1/namespaces", "limit=500", "list", "v1", "namespaces", "", ""},
      {"GET", "/api/v1/namespaces/dev", "", "get", "v1", "namespaces", "", "dev"},
      {"GET", "/api/v1/namespaces/dev/pods", "", "list", "v1", "pods", "dev", ""},
      {"GET", "/api/v1/namespaces/dev/pods", "watch=true", "watch", "v1", "pods", "dev", ""},
      {"GET", "/api/v1/namespaces/dev/pods", "watch=0", "list", "v1", "pods", "dev", ""},
      {"GET", "/api/v1/watch/namespaces/dev/pods", "", "watch", "v1", "pods", "dev", ""},
      {"GET", "/api/v1/namespaces/dev/pods/a/log", "follow=true", "get", "v1", "pods/log", "dev", "a"},
      {"POST", "/api/v1/namespaces/dev/pods/a/exec", "command=ls", "exec", "v1", "pods/exec", "dev", "a"},
      {"GET", "/api/v1/namespaces/dev/pods/a/exec", "command=ls", "exec", "v1", "pods/exec", "dev", "a"},
      {"POST", "/api/v1/namespaces/dev/pods/a/attach", "", "exec", "v1", "pods/attach", "dev", "a"},
      {"GET", "/api/v1/namespaces/dev/pods/a/portforward", "", "portforward", "v1", "pods/portforward", "dev", "a"},
      {"POST", "/apis/apps/v1/namespaces/dev/deployments", "", "create", "apps/v1", "deployments", "dev", ""},
      {"PATCH", "/apis/apps/v1/namespaces/dev/deployments/d", "", "patch", "apps/v1", "deployments", "dev", "d"},
      {"PUT", "/api/v1/namespaces/dev/finalize", "", "update", "v1", "namespaces/finalize", "", "dev"},
      {"DELETE", "/api/v1/nodes/n1", "", "delete", "v1", "nodes", "", "n1"},
      {"DELETE", "/api/v1/namespaces/dev/pods", "", "deletecollection", "v1", "pods", "dev", ""},
      {"GET", "/api/v1/namespaces/a%2Db/pods/x%20y", "", "get", "v1", "pods", "a-b", "x y"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method, row.path, row.query);
    const auto info = ParseKubeRequest(row.method, row.path, row.query);
    CHECK(info.is_resource);
    CHECK(info.request.verb == row.verb);
    CHECK(info.GroupVersion() == row.group_version);
    CHECK(info.ResourceKind() == row.kind);
    CHECK(info.request.kube_namespace == row.kube_namespace);
    CHECK(info.request.name == row.name);
  }
}

TEST_CASE("what is no object is told apart") {
  for (const char* path : {"/", "", "/version", "/healthz", "/api", "/apis", "/api/v1", "/apis/apps", "/apis/apps/v1",
                           "/openapi/v2", "//", "/api//v1"}) {
    CAPTURE(path);
    CHECK_FALSE(ParseKubeRequest("GET", path, "").is_resource);
  }
  CHECK(ParseKubeRequest("GET", "/api", "").is_discovery);
  CHECK_FALSE(ParseKubeRequest("GET", "/version", "").is_discovery);
  CHECK(ParseKubeRequest("GET", "/api/v1/nodes", "").request.cluster_wide);
  CHECK_FALSE(ParseKubeRequest("GET", "/api/v1/pods", "").request.cluster_wide);
}

TEST_CASE("query parameters are found and decoded") {
  CHECK(QueryParameter("a=1&command=sh&command=-c&x=%41%zz", "command") == "sh");
  CHECK(QueryParameter("a=1&x=%41%zz", "x") == "A%zz");
  CHECK(QueryParameter("a", "a").empty());
  CHECK(HasQueryParameter("a", "a"));
  CHECK_FALSE(HasQueryParameter("ab=1", "a"));
}

}  // namespace
}  // namespace sallyport
