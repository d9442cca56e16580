#include "libcluster/kube/request/request_info.h"

#include <catch2/catch.hpp>
#include <utility>

namespace sallyport {
namespace {

struct RequestRow {
  const char* method;
  const char* path;
  const char* query;
  const char* verb;
  const char* group_version;
  const char* kind;
  const char* kube_namespace;
  const char* name;
};

KubeRequestInfo Read(std::string_view method, std::string_view target) {
  return ReadKubeRequest(method, ParseKubeTarget(target).value()).value();
}

TEST_CASE("paths of the Kubernetes API give verb and object") {
  const RequestRow rows[] = {
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
      {"GET", "/api/v1/namespaces/dev/pods", "watch=FALSE", "list", "v1", "pods", "dev", ""},
      {"GET", "/api/v1/namespaces/dev/pods", "watch", "watch", "v1", "pods", "dev", ""},
      {"GET", "/api/v1/namespaces/dev/pods/", "", "list", "v1", "pods", "dev", ""},
      {"GET", "/api/v1/namespaces/dev/pods/a", "watch=true", "get", "v1", "pods", "dev", "a"},
      {"GET", "/api/v1/watch/namespaces/dev/pods/a", "", "watch", "v1", "pods", "dev", "a"},
      {"GET", "/api/v1/watch/namespaces/dev", "", "watch", "v1", "namespaces", "", "dev"},
      {"HEAD", "/api/v1/namespaces/dev/pods/a/proxy/x", "", "get", "v1", "pods/proxy/x", "dev", "a"},
      {"POST", "/api/v1/nodes/n/proxy/run/x", "", "create", "v1", "nodes/proxy/run/x", "", "n"},
      {"GET", "/apis/custom.metrics.k8s.io/v1beta1/namespaces/dev/pods/*/a/b", "", "get",
       "custom.metrics.k8s.io/v1beta1", "pods/a/b", "dev", "*"},
      {"GET", "/api/v1/namespaces/a%2Db/pods/x%20y", "", "get", "v1", "pods", "a-b", "x y"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method, row.path, row.query);
    const auto info = Read(row.method, std::string(row.path) + "?" + row.query);
    CHECK(info.is_resource);
    CHECK(info.is_understood);
    CHECK(info.request.verb == row.verb);
    CHECK(info.GroupVersion() == row.group_version);
    CHECK(info.ResourceKind() == row.kind);
    CHECK(info.request.kube_namespace == row.kube_namespace);
    CHECK(info.request.name == row.name);
  }
}

TEST_CASE("paths without an object are told apart") {
  for (const char* path :
       {"/", "/version", "/version/", "/healthz", "/livez/ping", "/api", "/apis", "/api/v1", "/api/v1/", "/apis/apps",
        "/apis/apps/v1", "/openapi/v2", "/.well-known/openid-configuration"}) {
    CAPTURE(path);
    const auto info = Read("GET", path);
    CHECK_FALSE(info.is_resource);
    CHECK(info.is_understood);
    CHECK(info.path == path);
  }
  CHECK(Read("GET", "/api").is_discovery);
  CHECK_FALSE(Read("GET", "/version").is_discovery);
  CHECK(Read("GET", "/api/v1/nodes").request.cluster_wide);
  CHECK_FALSE(Read("GET", "/api/v1/pods").request.cluster_wide);
}

TEST_CASE("what Kubernetes does not serve is not understood") {
  const std::pair<const char*, const char*> requests[] = {
      {"POST", "/version"},
      {"GET", "/logs/kube-apiserver.log"},
      {"GET", "/API/v1/secrets"},
      {"GET", "/debug/pprof"},
      {"GET", "/api/v1/watch"},
      {"GET", "/api/v1/watch/watch/secrets"},
      {"GET", "/api/v1/proxy/namespaces/dev/services/x"},
      {"DELETE", "/api/v1/watch/namespaces/dev/pods"},
      {"GET", "/api/v1/watch/namespaces/dev/pods/a/status"},
      {"HEAD", "/api/v1/secrets"},
      {"OPTIONS", "/api/v1/secrets"},
      {"get", "/api/v1/secrets"},
      {"PROPFIND", "/api/v1/secrets"},
      {"PUT", "/api/v1/namespaces/dev/secrets"},
      {"PATCH", "/api/v1/namespaces/dev/secrets"},
      {"POST", "/api/v1/namespaces/dev/pods/a"},
      {"GET", "/api/v1/namespaces/dev/pods/a/exec/b"},
      {"GET", "/api/v1/namespaces/dev/pods/a/log/b"},
      {"PUT", "/api/v1/namespaces/dev/pods/a/exec"},
      {"GET", "/api/v1/namespaces/dev/pods%3Bx/a"},
  };
  for (const auto& [method, target] : requests) {
    CAPTURE(method, target);
    const auto info = Read(method, target);
    CHECK_FALSE(info.is_understood);
    CHECK_FALSE(info.MayUpgrade());
  }
  CHECK_FALSE(ReadKubeRequest("GET", ParseKubeTarget("/api/v1/namespaces/dev/secrets/a%252Fb").value()));
}

TEST_CASE("the sent path is the decided path") {
  const std::pair<const char*, const char*> lists[] = {
      {"/api/v1/pods?watch=1", "watch=true"},
      {"/api/v1/pods?watch", "watch=true"},
      {"/api/v1/pods?watch=False", "watch=false"},
      {"/api/v1/pods?w%61tch=fal%C5%BFe", "watch=true"},
      {"/api/v1/pods?watch=0&watch=1", "watch=false"},
      {"/api/v1/pods?limit=5&continue=a%2Bb", "limit=5&continue=a%2Bb"},
      {"/api/v1/nodes/n?watch=1&a=b", "a=b"},
  };
  for (const auto& [target, query] : lists) {
    CAPTURE(target);
    CHECK(Read("GET", target).query == query);
  }
  CHECK(Read("GET", "/api/v1/pods/").path == "/api/v1/pods");
  const auto proxied = Read("GET", "/api/v1/namespaces/dev/services/https:web:/proxy/a/?wsdl;x=%zz");
  CHECK(proxied.path == "/api/v1/namespaces/dev/services/https:web:/proxy/a/");
  CHECK(proxied.query == "wsdl;x=%zz");
}

TEST_CASE("only sessions and proxied requests may change the protocol") {
  const std::pair<const char*, bool> rows[] = {
      {"/api/v1/namespaces/dev/pods/a/exec", true},
      {"/api/v1/namespaces/dev/pods/a/attach", true},
      {"/api/v1/namespaces/dev/pods/a/portforward", true},
      {"/api/v1/namespaces/dev/pods/a/proxy/x", true},
      {"/api/v1/namespaces/dev/services/a/proxy", true},
      {"/api/v1/nodes/n/proxy/exec", true},
      {"/api/v1/namespaces/dev/pods/a/log", false},
      {"/api/v1/namespaces/dev/pods?watch=1", false},
      {"/api/v1/watch/pods", false},
      {"/version", false},
      {"/apis/example.com/v1/namespaces/dev/pods/a/exec", false},
      {"/apis/example.com/v1/namespaces/dev/pods/a/proxy/x", false},
      {"/api/v1/namespaces/dev/configmaps/a/proxy/x", false},
  };
  for (const auto& [target, may] : rows) {
    CAPTURE(target);
    CHECK(Read("GET", target).MayUpgrade() == may);
  }
  CHECK(Read("POST", "/api/v1/namespaces/dev/pods/a/exec?tty").IsInteractive());
  CHECK(Read("POST", "/api/v1/namespaces/dev/pods/a/attach?tty=1").IsInteractive());
  CHECK_FALSE(Read("POST", "/api/v1/namespaces/dev/pods/a/exec?tty=false&stdin=true").IsInteractive());
  CHECK_FALSE(Read("POST", "/api/v1/namespaces/dev/pods/a/portforward?tty=1").IsInteractive());
}

}  // namespace
}  // namespace sallyport
