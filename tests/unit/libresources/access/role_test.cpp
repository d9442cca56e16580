#include "libresources/access/role.h"

#include "teleport/legacy/types/role.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

std::string RoleText(std::string_view version, std::string_view spec) {
  return fmt::format("kind: role\nversion: {}\nmetadata: {{name: r}}\nspec: {}\n", version, spec);
}

Value FilledRole(std::string_view version, std::string_view spec) {
  return EncodeMessage(*Decoded(RoleText(version, spec)).message);
}

std::string Allowed(std::string_view version, std::string_view spec) {
  return ToJson(*FilledRole(version, spec).Find("spec")->Find("allow"));
}

constexpr std::string_view kDefaultOptions =
    R"({"forward_agent":false,"max_session_ttl":"30h0m0s","cert_format":"standard",)"
    R"("enhanced_recording":["command","network"],"record_session":{"desktop":true,"default":"best_effort"},)"
    R"("desktop_clipboard":true,"desktop_directory_sharing":true,"pin_source_ip":false,"ssh_file_copy":true,)";

TEST_CASE("options that nobody says get their defaults") {
  for (const std::string_view version : {"v3", "v4", "v5", "v6", "v7"}) {
    CHECK(ToJson(*FilledRole(version, "{}").Find("spec")->Find("options")) ==
          std::string(kDefaultOptions) +
              R"("idp":{"saml":{"enabled":true}},"create_desktop_user":false,"create_db_user":false})");
  }
  CHECK(ToJson(*FilledRole("v8", "{}").Find("spec")->Find("options")) ==
        std::string(kDefaultOptions) + R"("create_desktop_user":false,"create_db_user":false})");
  CHECK(FilledRole("v8", "{options: {max_session_ttl: -1h}}")
            .Find("spec")
            ->Find("options")
            ->Find("max_session_ttl")
            ->as_string() == "30h0m0s");
}

TEST_CASE("each version fills in its own allow part") {
  constexpr std::string_view kAll = R"({"*":"*"})";
  CHECK(Allowed("v3", "{}") ==
        fmt::format(R"({{"app_labels":{0},"kubernetes_labels":{0},"db_labels":{0},"kubernetes_resources":)"
                    R"([{{"kind":"pod","namespace":"*","name":"*","verbs":["*"]}}]}})",
                    kAll));
  CHECK(Allowed("v3", "{allow: {logins: [root], app_labels: {}, kubernetes_labels: {}, db_labels: {}}}") ==
        R"({"logins":["root"],"node_labels":{"*":"*"}})");
  CHECK(Allowed("v4", "{}") == "{}");
  CHECK(Allowed("v5", "{allow: {kubernetes_labels_expression: 'true'}}").contains(R"("kind":"pod")"));
  CHECK(Allowed("v6", "{allow: {kubernetes_labels: {a: b}}}") == R"({"kubernetes_labels":{"a":"b"}})");
  CHECK(Allowed("v6", "{allow: {kubernetes_resources: [{kind: pod, namespace: a, name: b}]}}") ==
        R"({"kubernetes_resources":[{"kind":"pod","namespace":"a","name":"b","verbs":["*"]}]})");
  CHECK(
      Allowed("v7", "{allow: {kubernetes_labels: {a: b}}}") ==
      R"({"kubernetes_labels":{"a":"b"},"kubernetes_resources":[{"kind":"*","namespace":"*","name":"*","verbs":["*"]}]})");
  CHECK(Allowed("v8", "{allow: {kubernetes_labels: {a: b}}}").contains(R"("verbs":["*"],"api_group":"*")"));
}

struct RefusedCase {
  const char* version;
  const char* spec;
  const char* message;
};

TEST_CASE("invalid roles are refused") {
  const RefusedCase cases[] = {
      {"v8", "{options: {enhanced_recording: [sound]}}", "spec.options.enhanced_recording: \"sound\""},
      {"v8", "{options: {lock: maybe}}", "spec.options.lock: \"maybe\""},
      {"v8", "{options: {idp: {saml: {enabled: true}}}}", "spec.options.idp is not supported in role version v8"},
      {"v8", "{allow: {logins: ['*']}}", "spec.allow.logins must not contain \"*\""},
      {"v8", "{allow: {aws_role_arns: ['*']}}", "spec.allow.aws_role_arns must not contain \"*\""},
      {"v8", "{allow: {azure_identities: ['*']}}", "spec.allow.azure_identities must not contain \"*\""},
      {"v8", "{allow: {gcp_service_accounts: ['*']}}", "spec.allow.gcp_service_accounts must not contain \"*\""},
      {"v8", "{allow: {db_roles: ['*']}}", "spec.allow.db_roles must not contain \"*\""},
      {"v8", "{allow: {node_labels: {'*': dev}}}", "spec.allow.node_labels: the key \"*\" needs the value \"*\""},
      {"v8", "{allow: {app_labels: {'*': ['*', '*']}}}", "spec.allow.app_labels: the key \"*\""},
      {"v8", "{allow: {rules: [{verbs: [read]}]}}", "spec.allow.rules[0] has no resources"},
      {"v8", "{deny: {rules: [{resources: [role]}]}}", "spec.deny.rules[0] has no verbs"},
      {"v8", "{allow: {impersonate: {users: [a]}}}", "spec.allow.impersonate has users but no roles"},
      {"v8", "{deny: {impersonate: {roles: [a], where: 'true'}}}", "spec.deny.impersonate.where is not supported"},
      {"v8", "{allow: {db_permissions: [{permissions: ['*']}]}}",
       "spec.allow.db_permissions[0] must not contain \"*\""},
      {"v8", "{allow: {db_permissions: [{}]}}", "spec.allow.db_permissions[0] has no permissions"},
      {"v8", "{allow: {spiffe: [{path: x}]}}", "spec.allow.spiffe[0].path must start with /"},
      {"v6", "{allow: {kubernetes_resources: [{kind: secret, namespace: a, name: b}]}}",
       "role version v6 allows only \"pod\""},
      {"v5", "{allow: {kubernetes_resources: [{kind: pod, namespace: a, name: b, verbs: [get]}]}}",
       "allows only [\"*\"]"},
      {"v7", "{allow: {kubernetes_resources: [{kind: pods, namespace: a, name: b}]}}", "unknown kind \"pods\""},
      {"v7", "{allow: {kubernetes_resources: [{kind: pod, name: b}]}}", ".namespace is missing for \"pod\""},
      {"v7", "{allow: {kubernetes_resources: [{kind: pod, namespace: a}]}}", ".name is missing"},
      {"v7", "{allow: {kubernetes_resources: [{kind: pod, namespace: a, name: b, api_group: x}]}}",
       "api_group is not supported"},
      {"v7", "{allow: {kubernetes_resources: [{kind: pod, namespace: a, name: b, verbs: [read]}]}}",
       "\"read\" is not a verb"},
      {"v7", "{deny: {kubernetes_resources: [{kind: pod, namespace: a, name: b, verbs: ['*', get]}]}}",
       "must be the only verb"},
      {"v8", "{allow: {kubernetes_resources: [{kind: pod, namespace: a, name: b}]}}",
       "requires plural names, not \"pod\""},
      {"v8", "{allow: {kubernetes_resources: [{kind: deployment, namespace: a, name: b, api_group: apps}]}}",
       "requires plural names"},
      {"v8", "{allow: {kubernetes_resources: [{kind: deployments, namespace: a, name: b}]}}",
       "api_group is missing for \"deployments\""},
      {"v8", "{allow: {kubernetes_resources: [{kind: pods, name: b}]}}", ".namespace is missing for \"pods\""},
      {"v8", "{allow: {request: {kubernetes_resources: [{kind: pod}]}}}",
       "spec.allow.request.kubernetes_resources[0].kind"},
  };
  for (const RefusedCase& row : cases) {
    INFO(row.version << " " << row.spec);
    CHECK_THAT(Refused(RoleText(row.version, row.spec)), Catch::Matchers::Contains(row.message));
  }
}

TEST_CASE("unusual values that a role may have") {
  for (const char* const spec :
       {"{allow: {kubernetes_resources: [{kind: nodes, name: b}]}}",
        "{allow: {kubernetes_resources: [{kind: deployment, namespace: a, name: b, api_group: example.com}]}}",
        "{allow: {kubernetes_resources: [{kind: pods, namespace: a, name: b, verbs: ['{{external.verbs}}']}]}}",
        "{deny: {logins: ['*'], db_permissions: [{permissions: ['*']}]}}", "{allow: {node_labels: {'*': ['*']}}}"}) {
    INFO(spec);
    CHECK(Refused(RoleText("v8", spec)) == "accepted");
  }
}

TEST_CASE("the columns of a role") {
  const Resource role = Decoded(RoleText(
      "v5",
      "{allow: {logins: [a, b], node_labels: {env: [dev, test]}, rules: [{resources: [role], verbs: [read, list]}]}}"));
  std::vector<std::string> cells;
  for (const TextColumn& column : role.kind->columns) cells.push_back(column.cell(*role.message));
  CHECK(cells == std::vector<std::string>{"r", "a,b", "env=[dev test]", "role:read,list"});
}

}  // namespace
}  // namespace sallyport
