#include "libcluster/kube/request/api_scopes.h"

#include <catch2/catch.hpp>
#include <vector>

namespace sallyport {
namespace {

// An API server without a network, which answers from a table and counts the requests.
struct Server {
  std::map<std::string, std::string> documents;
  std::vector<std::string> asked;
  std::vector<std::function<void()>> held;  // answers that wait
  bool hold = false;

  std::shared_ptr<ApiScopes> Scopes() {
    return std::make_shared<ApiScopes>([this](const std::string& path, auto done) {
      asked.push_back(path);
      auto answer = [this, path, done] {
        const auto found = documents.find(path);
        done(found == documents.end() ? Fail(ErrorKind::kNotFound, "HTTP status 404")
                                      : Result<std::string>(found->second));
      };
      if (hold) {
        held.push_back(answer);
      } else {
        answer();
      }
    });
  }
};

ApiScopes::Answer AskScopes(ApiScopes& scopes, const std::string& group, const std::string& version,
                            const std::string& resource) {
  ApiScopes::Answer result;
  bool called = false;
  scopes.IsClusterWide(group, version, resource, [&](const ApiScopes::Answer& answer) {
    result = answer;
    called = true;
  });
  REQUIRE(called);
  return result;
}

constexpr const char* kWidgets = R"({"kind":"APIResourceList","groupVersion":"example.com/v1","resources":[
  {"name":"widgets","namespaced":true},{"name":"clusterwidgets","namespaced":false},
  {"name":"clusterwidgets/status","namespaced":false}]})";

TEST_CASE("Kubernetes' own resources are known by group and name") {
  CHECK(KnownClusterWide("", "nodes") == true);
  CHECK(KnownClusterWide("", "events") == false);
  CHECK(KnownClusterWide("apps", "deployments") == false);
  CHECK(KnownClusterWide("rbac.authorization.k8s.io", "clusterroles") == true);
  CHECK_FALSE(KnownClusterWide("metrics.k8s.io", "nodes"));
  CHECK_FALSE(KnownClusterWide("longhorn.io", "nodes"));
}

TEST_CASE("custom resources are asked for once a group version") {
  Server server{{{"/apis/example.com/v1", kWidgets}}, {}, {}};
  const auto scopes = server.Scopes();
  CHECK(AskScopes(*scopes, "", "v1", "pods") == false);
  CHECK(server.asked.empty());
  CHECK(AskScopes(*scopes, "example.com", "v1", "widgets") == false);
  CHECK(AskScopes(*scopes, "example.com", "v1", "clusterwidgets") == true);
  CHECK_FALSE(AskScopes(*scopes, "example.com", "v1", "gadgets"));
  CHECK(server.asked == std::vector<std::string>{"/apis/example.com/v1"});
}

TEST_CASE("without a version the preferred one counts") {
  Server server{{{"/apis/example.com/v1", kWidgets},
                 {"/apis/example.com", R"({"kind":"APIGroup","preferredVersion":{"version":"v1"}})"}},
                {},
                {}};
  const auto scopes = server.Scopes();
  CHECK(AskScopes(*scopes, "example.com", "", "clusterwidgets") == true);
  CHECK(AskScopes(*scopes, "example.com", "*", "widgets") == false);
  CHECK(server.asked == std::vector<std::string>{"/apis/example.com", "/apis/example.com/v1"});
}

TEST_CASE("a server without a usable answer is not asked again at once") {
  Server server{{{"/apis/broken.com/v1", "no json"}, {"/apis/odd.com", "{}"}}, {}, {}};
  const auto scopes = server.Scopes();
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(AskScopes(*scopes, "gone.com", "v1", "widgets"));
    CHECK_FALSE(AskScopes(*scopes, "broken.com", "v1", "widgets"));
    CHECK_FALSE(AskScopes(*scopes, "odd.com", "", "widgets"));
  }
  CHECK(server.asked.size() == 3);
  CHECK_FALSE(AskScopes(*scopes, "evil.com/../../api?x", "v1", "widgets"));
  CHECK_FALSE(AskScopes(*scopes, "evil.com", "v1\r\nX: y", "widgets"));
  CHECK(server.asked.size() == 3);
}

TEST_CASE("simultaneous requests share an answer") {
  Server server{{{"/apis/example.com/v1", kWidgets}}, {}, {}, true};
  const auto scopes = server.Scopes();
  int answers = 0;
  for (int i = 0; i < 3; ++i) {
    scopes->IsClusterWide("example.com", "v1", "clusterwidgets",
                          [&](const ApiScopes::Answer& answer) { answers += answer == true ? 1 : 0; });
  }
  REQUIRE(server.held.size() == 1);
  CHECK(answers == 0);
  server.held.front()();
  CHECK(answers == 3);
}

}  // namespace
}  // namespace sallyport
