#include "libresources/codec/codec.h"

#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/server.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

struct Pair {
  const char* yaml;
  const char* expected;
};

// Decodes YAML into a message and returns it as JSON, or the error.
template <typename Message>
std::string Through(std::string_view yaml, Strictness unknown_fields = Strictness::kStrict) {
  Message message;
  const Status status = DecodeMessage(Yaml(yaml), {.source = "t.yaml", .unknown_fields = unknown_fields}, message);
  return status ? ToJson(EncodeMessage(message)) : ToText(status.error());
}

TEST_CASE("alternate spellings are read, one is written") {
  const Pair cases[] = {
      {"max_session_ttl: 8h", R"("max_session_ttl":"8h0m0s")"},
      {"max_session_ttl: 2d", R"("max_session_ttl":"48h0m0s")"},
      {"port_forwarding: 'yes'", R"("port_forwarding":true)"},
      {"port_forwarding: off", R"("port_forwarding":false)"},
      {"port_forwarding: 1", R"("port_forwarding":true)"},
      {"create_host_user_mode: drop", R"("create_host_user_mode":"insecure-drop")"},
      {"create_host_user_mode: 2", R"("create_host_user_mode":"insecure-drop")"},
      {"create_host_user_mode: off", R"("create_host_user_mode":"off")"},
      {"create_db_user_mode: best_effort_drop", R"("create_db_user_mode":"best_effort_drop")"},
      {"require_session_mfa: yes", R"("require_session_mfa":true)"},
      {"require_session_mfa: hardware_key_touch", R"("require_session_mfa":"hardware_key_touch")"},
      {"require_session_mfa: 4", R"("require_session_mfa":"hardware_key_pin")"},
      {"mfa_verification_interval: 10m", R"("mfa_verification_interval":600000000000)"},
      {"mfa_verification_interval: 600000000000", R"("mfa_verification_interval":600000000000)"},
      {"cert_extensions: [{type: ssh, mode: extension, name: a, value: b}]",
       R"("cert_extensions":[{"type":"ssh","mode":"extension","name":"a","value":"b"}])"},
      {"cert_format: 1.10", R"("cert_format":"1.10")"},
      {"max_sessions: 1e3", R"("max_sessions":1000)"},
  };
  for (const Pair& row : cases) {
    INFO(row.yaml);
    CHECK_THAT(Through<types::RoleOptions>(row.yaml), Catch::Matchers::Contains(row.expected));
  }
}

TEST_CASE("empty fields are left out, unless they are always written") {
  CHECK(Through<types::RoleV6>("{}") ==
        R"({"kind":"","version":"","metadata":{"name":""},"spec":{"options":{"forward_agent":false,"cert_format":"",)"
        R"("record_session":{"desktop":null},"desktop_clipboard":null,"desktop_directory_sharing":null,)"
        R"("pin_source_ip":false,"ssh_file_copy":null,"create_desktop_user":null,"create_db_user":null},)"
        R"("allow":{},"deny":{}}})");
  CHECK(Through<types::RoleConditions>("{node_labels: {}, logins: [], impersonate: {}}") == R"({"impersonate":{}})");
  CHECK(Through<types::RoleMapping>("{}") == R"({"remote":"","local":null})");
  CHECK(Through<types::LoginStatus>("{}") ==
        R"({"is_locked":false,"locked_time":"0001-01-01T00:00:00Z","lock_expires":"0001-01-01T00:00:00Z"})");
}

TEST_CASE("labels are a string or a list, traits a list or null") {
  CHECK(Through<types::RoleConditions>("node_labels: {b: [x], a: [p, q], c: []}") ==
        R"({"node_labels":{"a":["p","q"],"b":"x","c":[]}})");
  CHECK(Through<types::UserSpecV2>("traits: {logins: [a], none: []}")
            .starts_with(R"({"traits":{"logins":["a"],"none":null})"));
}

TEST_CASE("maps, bytes and nested messages") {
  CHECK(Through<types::ServerSpecV2>("cmd_labels: {b: {period: 1m, command: [x]}, a: {}}")
            .contains(R"("cmd_labels":{"a":{"period":"0s","command":null,"result":""},)"
                      R"("b":{"period":"1m0s","command":["x"],"result":""}})"));
  CHECK(Through<types::SSHKeyPair>("{public_key: aGk=, private_key: aGk}") ==
        R"({"public_key":"aGk=","private_key":"aGk="})");
  CHECK(Through<types::ClusterNetworkingConfigSpecV2>(
            "{proxy_listener_mode: multiplex, routing_strategy: most_recent, "
            "tunnel_strategy: {type: proxy_peering, agent_connection_count: 2}}")
            .ends_with(R"("proxy_listener_mode":1,"routing_strategy":1,)"
                       R"("tunnel_strategy":{"agent_connection_count":2,"type":"proxy_peering"}})"));
}

TEST_CASE("what does not fit is told with file, line and path") {
  const Pair cases[] = {
      {"spec:\n  allow:\n    kubernetes_group: [a]",
       "bad parameter: t.yaml:3: unknown field \"spec.allow.kubernetes_group\"\n"
       "  hint: did you mean \"kubernetes_groups\"?"},
      {"spec:\n  allow:\n    logins: root",
       "bad parameter: t.yaml:3: spec.allow.logins must be a list, not \"root\"\n"
       "  hint: write it in brackets, or on its own line after \"- \""},
      {"spec:\n  allow:\n    node_labels: {on: 1}",
       "bad parameter: t.yaml:3: spec.allow.node_labels.on must be a string or a list of strings, not a number 1\n"
       "  hint: quote it: \"1\""},
      {"spec:\n  allow:\n    node_labels:\n      env: [dev, yes]",
       "bad parameter: t.yaml:4: spec.allow.node_labels.env must be a list of strings, not a bool yes\n"
       "  hint: quote it: \"yes\""},
      {"metadata:\n  labels:\n    v: 1.10",
       "bad parameter: t.yaml:3: metadata.labels.v must be a string, not a number 1.10\n  hint: quote it: \"1.10\""},
      {"spec:\n  options:\n    max_session_ttl: 30",
       "bad parameter: t.yaml:3: spec.options.max_session_ttl must be a duration, not a number 30\n"
       "  hint: write it with units, such as 8h, 1h30m or 7d"},
      {"spec:\n  options:\n    forward_agent: 'true'",
       "bad parameter: t.yaml:3: spec.options.forward_agent must be true or false, not \"true\"\n"
       "  hint: remove the quotes"},
      {"spec:\n  options:\n    create_host_user: maybe",
       "bad parameter: t.yaml:3: spec.options.create_host_user must be true or false, not \"maybe\""},
      {"spec:\n  options:\n    create_host_user_mode: stay",
       "bad parameter: t.yaml:3: spec.options.create_host_user_mode must be one of drop, insecure-drop, keep, off, "
       "not \"stay\""},
      {"spec:\n  options:\n    max_sessions: 1.5",
       "bad parameter: t.yaml:3: spec.options.max_sessions must be a whole number, not a number 1.5"},
      {"spec:\n  allow:\n    rules:\n    - resources: [a]\n      verb: [b]",
       "bad parameter: t.yaml:5: unknown field \"spec.allow.rules[0].verb\"\n  hint: did you mean \"verbs\"?"},
      {"spec:\n  allow:\n    rules:\n    - resources: [~]",
       "bad parameter: t.yaml:4: spec.allow.rules[0].resources[0] must be a value, not null"},
      {"spec: [1]", "bad parameter: t.yaml:1: spec must be a map, not a list"},
      {"spec:\n  allow:\n    join_sessions: [{name: {}}]",
       "bad parameter: t.yaml:3: spec.allow.join_sessions[0].name must be a string, not a map"},
      {"metadata: {expires: tomorrow}",
       "bad parameter: t.yaml:1: metadata.expires: \"tomorrow\" is not a time\n"
       "  hint: write it as in RFC 3339: 2026-11-22T08:30:00Z"},
      {"spec:\n  allow:\n    namespaces: [prod]",
       "bad parameter: t.yaml:3: spec.allow.namespaces can only be \"default\"\n"
       "  hint: remove the field: namespaces are no longer supported"},
  };
  for (const Pair& row : cases) CHECK(Through<types::RoleV6>(row.yaml) == row.expected);
  CHECK(Through<types::SessionRequirePolicy>("count: 3000000000") ==
        "bad parameter: t.yaml:1: count must be between -2147483648 and 2147483647, not 3000000000");
  CHECK(Through<types::SSHKeyPair>("public_key: '?'").starts_with("bad parameter: t.yaml:1: public_key is not base64"));
  CHECK(Through<types::UserSpecV2>("traits: {logins: root}").contains("traits.logins must be a list of strings"));
  CHECK(Through<types::ClusterNetworkingConfigSpecV2>("tunnel_strategy: {type: x}")
            .contains("tunnel_strategy.type must be agent_mesh or proxy_peering"));
}

TEST_CASE("old keys without a meaning and unknown ones are ignored when nobody is strict") {
  CHECK(Through<types::RoleConditions>("{namespaces: [default, '*'], logins: [a]}") == R"({"logins":["a"]})");
  CHECK(Through<types::Metadata>("{id: 123, name: a, namespace: default}") == R"({"name":"a"})");
  CHECK(Through<types::Metadata>("{nam: 1, Name: a}", Strictness::kIgnore) == R"({"name":"a"})");
  CHECK(Through<types::Metadata>("{Name: a}").contains("did you mean \"name\"?"));
}

TEST_CASE("JSON numbers do not become strings") {
  types::RoleOptions options;
  const auto value = ParseJson(R"({"cert_format": 5})");
  REQUIRE(value);
  CHECK_FALSE(DecodeMessage(*value, {}, options));
}

}  // namespace
}  // namespace sallyport
