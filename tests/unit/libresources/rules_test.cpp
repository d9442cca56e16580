// Tests of the rules of kinds other than roles: tables of refused resources and of defaults.
#include "libresources/kinds.h"
#include "libresources/kinds/lock.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/token.h"
#include "teleport/legacy/types/lock.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

struct RuleCase {
  const char* kind;
  const char* spec;
  const char* expected;
};

std::string Of(const RuleCase& row) {
  const std::string_view version = FindKind(row.kind)->default_version();
  const std::string name =
      FindKind(row.kind)->singleton_name.empty() ? "n" : std::string(FindKind(row.kind)->singleton_name);
  return fmt::format("kind: {}\nversion: {}\nmetadata: {{name: {}}}\nspec: {}\n", row.kind, version, name, row.spec);
}

TEST_CASE("resources that are refused") {
  const RuleCase cases[] = {
      {"user", "{oidc_identities: [{username: a}]}", "spec.oidc_identities[0].connector_id is missing"},
      {"user", "{github_identities: [{connector_id: a}]}", "spec.github_identities[0].username is missing"},
      {"token", "{}", "spec.roles is missing"},
      {"token", "{roles: [Nod]}", "unknown role \"Nod\"\n  hint: did you mean \"Node\"?"},
      {"token", "{roles: [Bot]}", "spec.bot_name is missing"},
      {"token", "{roles: [Node], bot_name: a}", "spec.bot_name needs the role Bot"},
      {"token", "{roles: [Node], join_method: magic}", "unknown method \"magic\""},
      {"token", "{roles: [Node], join_method: token, allow: [{aws_account: '1'}]}", "not for the join method token"},
      {"token", "{roles: [Node], join_method: iam}", "spec.allow is missing"},
      {"token", "{roles: [Node], join_method: ec2, allow: [{aws_arn: a}]}", "aws_arn is not for"},
      {"token", "{roles: [Node], join_method: kubernetes}", "spec.kubernetes is missing"},
      {"token", "{roles: [Node], join_method: kubernetes, kubernetes: {}}", "spec.kubernetes.allow is missing"},
      {"token", "{roles: [Node], join_method: kubernetes, kubernetes: {allow: [{service_account: a}]}}",
       "spec.kubernetes.allow[0].service_account must be namespace:name"},
      {"token", "{roles: [Node], join_method: kubernetes, kubernetes: {type: x, allow: [{service_account: 'a:b'}]}}",
       "unknown type \"x\""},
      {"token",
       "{roles: [Node], join_method: kubernetes, kubernetes: {type: static_jwks, allow: [{service_account: 'a:b'}]}}",
       "spec.kubernetes.static_jwks.jwks is missing"},
      {"token",
       "{roles: [Node], join_method: kubernetes, kubernetes: {type: oidc, oidc: {issuer: 'http://x'}, "
       "allow: [{service_account: 'a:b'}]}}",
       "must start with https://"},
      {"token", "{roles: [Node], join_method: github, github: {allow: [{actor: a}]}}", "has no condition"},
      {"token", "{roles: [Node], join_method: tpm, tpm: {allow: [{description: a}]}}", "has no condition"},
      {"kube_cluster", "{aws: {region: a}}", "spec.aws.account_id is missing"},
      {"kube_server", "{}", "spec.host_id is missing"},
      {"kube_server", "{host_id: a}", "spec.cluster is missing"},
      {"kube_server", "{host_id: a, cluster: {metadata: {name: 'a b'}}}", "spec.cluster: \"a b\" is not a name"},
      {"cert_authority", "{}", "unknown type of authority \"\""},
      {"cert_authority", "{type: host}", "spec.cluster_name is missing"},
      {"cert_authority", "{type: host, cluster_name: a, active_keys: {ssh: [{}]}}", "public_key is missing"},
      {"cluster_auth_preference", "{type: magic}", "spec.type: \"magic\""},
      {"cluster_auth_preference", "{second_factor: otp, second_factors: [otp]}", "do not go together"},
      {"cluster_auth_preference", "{second_factors: [webauthn]}", "spec.webauthn.rp_id is missing"},
      {"cluster_auth_preference", "{second_factors: [sso]}", "has no factor for local users"},
      {"cluster_auth_preference", "{allow_passwordless: true}", "allow_passwordless needs webauthn"},
      {"cluster_auth_preference", "{allow_headless: true}", "allow_headless needs webauthn"},
      {"cluster_auth_preference", "{locking_mode: x}", "spec.locking_mode: \"x\""},
      {"cluster_auth_preference", "{connector_name: x}", "spec.connector_name: \"x\""},
      {"cluster_auth_preference", "{hardware_key: {pin_cache_ttl: 2h}}", "must not be longer than 1h0m0s"},
      {"cluster_networking_config", "{tunnel_strategy: {type: proxy_peering, agent_connection_count: -1}}",
       "must be at least 1"},
      {"session_recording_config", "{mode: tape}", "spec.mode: \"tape\""},
      {"lock", "{}", "spec.target is empty"},
  };
  for (const RuleCase& row : cases) {
    INFO(row.kind << " " << row.spec);
    CHECK_THAT(Refused(Of(row)), Catch::Matchers::Contains(row.expected));
  }
}

TEST_CASE("defaults that are filled in") {
  const RuleCase cases[] = {
      {"token", "{roles: [node, KUBE, windows_desktop]}",
       R"({"roles":["Node","Kube","WindowsDesktop"],"join_method":"token"})"},
      {"token", "{roles: [Node], allow: [{aws_account: '1'}]}",
       R"({"roles":["Node"],"allow":[{"aws_account":"1"}],"aws_iid_ttl":"5m0s","join_method":"ec2"})"},
      {"token", "{roles: [Node], join_method: kubernetes, kubernetes: {allow: [{service_account: 'a:b'}]}}",
       R"({"roles":["Node"],"join_method":"kubernetes",)"
       R"("kubernetes":{"allow":[{"service_account":"a:b"}],"type":"in_cluster"}})"},
      {"cluster_auth_preference", "{second_factors: [webauthn], webauthn: {rp_id: x}}",
       R"({"type":"local","disconnect_expired_cert":false,"allow_local_auth":true,"locking_mode":"best_effort",)"
       R"("webauthn":{"rp_id":"x"},"allow_passwordless":true,"idp":{"saml":{"enabled":true}},"allow_headless":true,)"
       R"("default_session_ttl":"12h0m0s","okta":{},"second_factors":["webauthn"]})"},
      {"cluster_networking_config", "{}",
       R"({"client_idle_timeout":"0s","keep_alive_interval":"5m0s","keep_alive_count_max":3,)"
       R"("session_control_timeout":"0s","idle_timeout_message":"","web_idle_timeout":"0s",)"
       R"("tunnel_strategy":{"type":"agent_mesh"}})"},
      {"session_recording_config", "{}", R"({"mode":"node","proxy_checks_host_keys":true})"},
  };
  for (const RuleCase& row : cases) {
    INFO(row.kind << " " << row.spec);
    const Resource resource = Decoded(Of(row));
    CHECK(ToJson(*EncodeMessage(*resource.message).Find("spec")) == row.expected);
    const bool settings = std::string_view(row.kind) != "token";
    CHECK(LabelsOf(*resource.message).contains("teleport.dev/origin") == settings);
  }
}

TEST_CASE("spellings of system roles") {
  CHECK(SystemRoleNamed("kube") == "Kube");
  CHECK(SystemRoleNamed("trusted_cluster") == "Trusted_cluster");
  CHECK(SystemRoleNamed("windowsdesktop") == "WindowsDesktop");
  CHECK(SystemRoleNamed("") == std::nullopt);
}

TEST_CASE("the targets and the end of a lock") {
  const Resource lock = Decoded(
      "kind: lock\nversion: v2\nmetadata: {name: l}\nspec: {target: {user: a, login: root}, "
      "expires: '2026-01-01T00:00:00Z'}\n");
  const auto& message = lock.as<types::LockV2>();
  CHECK(LockInForce(message, ParseTime("2025-12-31T23:59:59.9Z").value()));
  CHECK_FALSE(LockInForce(message, ParseTime("2026-01-01T00:00:00Z").value()));
  types::LockTarget asked;
  CHECK_FALSE(LockMatches(message.spec().target(), asked));
  asked.set_user("a");
  CHECK(LockMatches(message.spec().target(), asked));
  asked.set_role("r");
  CHECK_FALSE(LockMatches(message.spec().target(), asked));
}

}  // namespace
}  // namespace sallyport
