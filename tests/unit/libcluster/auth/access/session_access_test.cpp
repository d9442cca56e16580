#include "libcluster/auth/access/session_access.h"

#include "libresources/access/access.h"
#include "teleport/legacy/types/role.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

constexpr std::string_view kSsh =
    "{event: session.end, proto: ssh, participants: [bob], server_id: one, server_hostname: web-1, "
    "server_addr: '192.0.2.7:22', server_labels: {env: dev}}";
constexpr std::string_view kKube =
    "{event: session.end, proto: kube, kubernetes_cluster: blue, kubernetes_labels: {env: dev}}";

// Returns a caller with one role, which has a rule to read sessions under a condition.
Caller Reader(std::string_view where, std::string_view labels, std::string_view options = "") {
  const Resource role = Decoded(fmt::format(
      "kind: role\nversion: v7\nmetadata: {{name: reader}}\nspec: {{options: {{{}}}, allow: {{{}, logins: [root], "
      "rules: [{{resources: [session], verbs: [read], where: '{}'}}]}}}}\n",
      options, labels, where));
  Caller caller;
  caller.kind = Caller::Kind::kUser;
  caller.access = std::make_shared<const AccessChecker>(
      "alice", TraitMap(), std::vector{std::make_shared<const types::RoleV6>(role.as<types::RoleV6>())});
  return caller;
}

bool Reads(const Caller& caller, std::string_view end) { return CheckSession(caller, "read", Yaml(end)).has_value(); }

TEST_CASE("can_view(): sessions with what the user may reach") {
  CHECK(Reads(Reader("can_view()", "node_labels: {env: dev}"), kSsh));
  CHECK_FALSE(Reads(Reader("can_view()", "node_labels: {env: prod}"), kSsh));
  CHECK_FALSE(Reads(Reader("can_view()", "node_labels: {env: dev}"), kKube));
  CHECK(Reads(Reader("can_view()", "kubernetes_labels: {env: dev}"), kKube));
  CHECK_FALSE(Reads(Reader("can_view()", "kubernetes_labels: {env: prod}"), kKube));
  CHECK(Reads(Reader("!can_view()", "node_labels: {env: prod}"), kSsh));
}

TEST_CASE("can_view(): a second factor at each session does not hide what was recorded") {
  CHECK(Reads(Reader("can_view()", "node_labels: {env: dev}", "require_session_mfa: true"), kSsh));
}

TEST_CASE("can_view(): sessions with malformed fields are not shown") {
  for (const std::string_view end :
       {"{event: session.end}", "{event: session.end, proto: other, server_labels: {a: b}}",
        "{event: session.end, proto: [ssh], server_labels: {env: dev}}"}) {
    CHECK_FALSE(Reads(Reader("can_view()", "node_labels: {'*': '*'}, kubernetes_labels: {'*': '*'}"), end));
  }
  // A node with malformed labels has no labels.
  CHECK_FALSE(Reads(Reader("can_view()", "node_labels: {env: dev}"), "{proto: ssh, server_labels: [env, dev]}"));
}

TEST_CASE("a condition sees the resource as it was") {
  const auto reads = [](std::string_view where, std::string_view end) {
    return Reads(Reader(where, "node_labels: {env: none}"), end);
  };
  CHECK(reads(R"(equals(resource.metadata.labels["env"], "dev"))", kSsh));
  CHECK_FALSE(reads(R"(equals(resource.metadata.labels["env"], "prod"))", kSsh));
  CHECK(reads(R"(equals(resource.kind, "node") && equals(resource.spec.hostname, "web-1"))", kSsh));
  CHECK(reads(R"(equals(resource.spec.addr, "192.0.2.7:22") && equals(resource.metadata.name, "one"))", kSsh));
  CHECK(reads(R"(equals(resource.metadata.name, "blue") && equals(resource.kind, "kube_cluster"))", kKube));
  CHECK(reads(R"(contains(session.participants, "bob"))", kSsh));
}

TEST_CASE("only users and the cluster's administrator read sessions") {
  CHECK_FALSE(Reads({.kind = Caller::Kind::kNobody}, kSsh));
  CHECK_FALSE(Reads({.kind = Caller::Kind::kSystem}, kSsh));
  CHECK(Reads({.kind = Caller::Kind::kAdmin}, kSsh));
}

}  // namespace
}  // namespace sallyport
