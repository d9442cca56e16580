#include "libresources/access/kube_access.h"

#include "libresources/access/access.h"
#include "teleport/legacy/types/role.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

// Returns a request from "verb resource[.group] [namespace/]name"; a trailing slash means a list.
KubeRequest Request(std::string_view text) {
  KubeRequest request;
  const std::size_t first = text.find(' ');
  const std::size_t second = text.find(' ', first + 1);
  request.verb = text.substr(0, first);
  const std::string_view kind = text.substr(first + 1, second - first - 1);
  request.resource = kind.substr(0, kind.find('.'));
  if (kind.contains('.')) request.api_group = kind.substr(kind.find('.') + 1);
  const std::string_view object = second == std::string_view::npos ? "" : text.substr(second + 1);
  const std::size_t slash = object.find('/');
  request.kube_namespace = slash == std::string_view::npos ? "" : object.substr(0, slash);
  request.name = slash == std::string_view::npos ? object : object.substr(slash + 1);
  request.cluster_wide = request.resource == "namespaces" || request.resource == "nodes";
  return request;
}

KubeAccess Access(std::string_view version, std::string_view spec) {
  const Resource resource =
      Decoded(fmt::format("kind: role\nversion: {}\nmetadata: {{name: r}}\nspec: {}\n", version, spec));
  const AccessChecker checker("alice", {{"team", {"blue"}}},
                              {std::make_shared<types::RoleV6>(resource.as<types::RoleV6>())});
  return checker.KubeAccessTo({});
}

struct Case {
  const char* request;
  char decision;  // allow, deny, filter
};

void Check(const KubeAccess& access, std::initializer_list<Case> cases) {
  for (const Case& row : cases) {
    INFO(row.request);
    const KubeDecision decision = access.Decide(Request(row.request));
    CHECK((decision == KubeDecision::kAllow ? 'a' : decision == KubeDecision::kDeny ? 'd' : 'f') == row.decision);
  }
}

TEST_CASE("roles without kubernetes_resources allow all, and nothing without labels") {
  for (const char* const version : {"v5", "v7", "v8"}) {
    Check(Access(version, "{allow: {kubernetes_labels: {'*': '*'}}}"), {{"get pods a/b", 'a'},
                                                                        {"list pods a/", 'a'},
                                                                        {"list pods", 'a'},
                                                                        {"create deployments.apps a/b", 'a'},
                                                                        {"delete nodes n", 'a'}});
    Check(Access(version, "{}"), {{"get pods a/b", 'd'}, {"list pods", 'd'}});
  }
  Check(Access("v6", "{allow: {kubernetes_labels: {'*': '*'}}}"), {{"get pods a/b", 'd'}, {"get secrets a/b", 'a'}});
}

TEST_CASE("roles up to v6 restrict pods only") {
  Check(Access("v5",
               "{allow: {kubernetes_labels: {'*': '*'}, kubernetes_resources: "
               "[{kind: pod, namespace: dev, name: 'web-*'}]}}"),
        {{"get pods dev/web-1", 'a'},
         {"exec pods dev/web-1", 'a'},
         {"get pods dev/db", 'd'},
         {"get pods prod/web-1", 'd'},
         {"list pods dev/", 'f'},
         {"list pods prod/", 'd'},
         {"list pods", 'f'},
         {"get secrets prod/x", 'a'},
         {"get nodes n", 'a'}});
}

TEST_CASE("roles v7 use singular kinds; namespace means all inside") {
  Check(Access("v7",
               "{allow: {kubernetes_labels: {'*': '*'}, kubernetes_resources: "
               "[{kind: namespace, name: dev}, {kind: deployment, namespace: '*', name: '*', verbs: [get, list]}]}}"),
        {{"get pods dev/x", 'd'}, {"get deployments.apps prod/x", 'a'}, {"delete deployments.apps prod/x", 'd'}});
  Check(Access("v7",
               "{allow: {kubernetes_labels: {'*': '*'}, kubernetes_resources: "
               "[{kind: namespace, name: dev, verbs: ['*']}]}}"),
        {{"get pods dev/x", 'a'},
         {"get things.example.com dev/x", 'a'},
         {"get namespaces dev", 'a'},
         {"delete namespaces dev", 'a'},
         {"get namespaces prod", 'd'},
         {"get pods prod/x", 'd'},
         {"get nodes n", 'd'}});
  Check(Access("v7",
               "{allow: {kubernetes_labels: {'*': '*'}, kubernetes_resources: "
               "[{kind: '*', namespace: '*', name: '*', verbs: ['*']}]}, "
               "deny: {kubernetes_resources: [{kind: secret, namespace: '*', name: '*', verbs: ['*']}]}}"),
        {{"get pods a/b", 'a'}, {"get secrets a/b", 'd'}, {"list secrets", 'd'}, {"list pods", 'f'}});
}

TEST_CASE("roles v8 use plural kinds and groups") {
  const KubeAccess access =
      Access("v8",
             "{allow: {kubernetes_labels: {'*': '*'}, kubernetes_resources: "
             "[{kind: pods, namespace: '{{external.team}}', name: '^web-[0-9]+$', verbs: [get, list, watch]}, "
             "{kind: nodes, name: '*', verbs: [list]}, "
             "{kind: '*', namespace: tools, name: '*', api_group: '*.example.com', verbs: ['*']}]}, "
             "deny: {kubernetes_resources: [{kind: pods, namespace: blue, name: web-0, verbs: ['*']}]}}");
  Check(access, {{"get pods blue/web-1", 'a'},
                 {"get pods blue/web-0", 'd'},
                 {"get pods blue/web-x", 'd'},
                 {"delete pods blue/web-1", 'd'},
                 {"list pods blue/", 'f'},
                 {"watch pods", 'f'},
                 {"deletecollection pods blue/", 'd'},
                 {"list nodes", 'f'},
                 {"get nodes n", 'd'},
                 {"create things.a.example.com tools/x", 'a'},
                 {"create things.other.com tools/x", 'd'},
                 {"get namespaces blue", 'a'},
                 {"get namespaces tools", 'a'},
                 {"get namespaces prod", 'd'},
                 {"delete namespaces blue", 'd'},
                 {"list namespaces", 'f'},
                 {"create selfsubjectaccessreviews.authorization.k8s.io", 'a'}});
  CHECK(access.MayReach(Request("list pods blue/web-2")));
  CHECK_FALSE(access.MayReach(Request("list pods blue/web-0")));
  CHECK_FALSE(access.MayReach(Request("list pods red/web-2")));
}

TEST_CASE("a question without a name asks for any object, without a namespace for every one") {
  const KubeAccess access = Access("v8", R"({
    allow: {kubernetes_labels: {'*': '*'}, kubernetes_resources: [
      {kind: pods, api_group: '', namespace: dev, name: 'web-*', verbs: [get, list]},
      {kind: services, api_group: '', namespace: '*', name: '*', verbs: ['*']},
      {kind: nodes, api_group: '', name: n1, verbs: [get]}]},
    deny: {kubernetes_resources: [
      {kind: services, api_group: '', namespace: prod, name: '*', verbs: ['*']},
      {kind: services, api_group: '', namespace: '*', name: secret, verbs: ['*']}]}})");
  const std::pair<const char*, bool> rows[] = {
      {"get pods dev/", true},     {"get pods dev/web-1", true},
      {"get pods dev/db", false},  {"delete pods dev/", false},
      {"list pods", false},        {"get pods prod/", false},
      {"create services", true},   {"get services prod/", false},
      {"get services dev/", true}, {"get services dev/secret", false},
      {"get nodes", true},         {"get nodes n2", false},
      {"* services dev/", true},   {"* * dev/", false},
  };
  for (const auto& [request, answer] : rows) {
    INFO(request);
    CHECK(access.MayDo(Request(request)) == answer);
  }
  CHECK_FALSE(access.ReachesAll());
  CHECK(Access("v8", "{allow: {kubernetes_labels: {'*': '*'}}}").ReachesAll());
}

}  // namespace
}  // namespace sallyport
