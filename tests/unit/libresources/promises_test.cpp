#include "libresources/promises.h"
#include "libresources/kinds.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "libresources/access/presets.h"
#include "libresources/access/role.h"
#include "libresources/codec/codec_forms.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

// Returns a resource of YAML with the fields' defaults.
Resource Written(const std::string& yaml) { return DecodeResources(yaml, {.source = "test"}).value().front(); }

Resource RoleWith(const std::string& spec) {
  return Written("{kind: role, version: v8, metadata: {name: r}, spec: {" + spec + "}}");
}

// Adds the fields of a message by their names in YAML; fields in `apart` are replaced by their own fields.
void AddFields(const google::protobuf::Descriptor& type, const std::string& prefix, const std::set<std::string>& apart,
               std::set<std::string>& fields) {
  for (const FieldForm& form : FieldFormsOf(type)) {
    if (form.hidden) continue;
    const std::string path = prefix + form.key;
    if (apart.contains(path)) {
      AddFields(*form.field->message_type(), path + ".", {}, fields);
    } else {
      fields.insert(path);
    }
  }
}

TEST_CASE("each option and setting has one row") {
  std::map<std::string, std::set<std::string>> expected;
  AddFields(*types::RoleOptions::descriptor(), "spec.options.", {}, expected["role"]);
  AddFields(*types::RoleConditions::descriptor(), "spec.allow.", {}, expected["role"]);
  AddFields(*types::AuthPreferenceSpecV2::descriptor(), "spec.", {"spec.device_trust", "spec.stable_unix_user_config"},
            expected["cluster_auth_preference"]);
  AddFields(*types::ClusterNetworkingConfigSpecV2::descriptor(), "spec.", {}, expected["cluster_networking_config"]);
  AddFields(*types::SessionRecordingConfigSpecV2::descriptor(), "spec.", {}, expected["session_recording_config"]);

  std::map<std::string, std::set<std::string>> found;
  for (const PromiseRow& row : Promises()) {
    INFO(row.field);
    CHECK(found[std::string(row.kind)].insert(std::string(row.field)).second);
  }
  for (const auto& [kind, fields] : expected) {
    std::vector<std::string> different;
    std::ranges::set_symmetric_difference(found[kind], fields, std::back_inserter(different));
    INFO(kind);
    CHECK(different == std::vector<std::string>());
  }
  CHECK(found.size() == expected.size());
}

TEST_CASE("what restricts and is not enforced is refused by name") {
  const struct {
    std::string yaml;
    std::string field;
  } kPromises[] = {
      {"{kind: role, version: v8, metadata: {name: r}, spec: {options: {max_connections: 3}}}",
       "spec.options.max_connections"},
      {"{kind: role, version: v8, metadata: {name: r}, spec: {options: {device_trust_mode: required}}}",
       "spec.options.device_trust_mode"},
      {"{kind: role, version: v8, metadata: {name: r}, spec: {allow: {require_session_join: [{name: a, filter: "
       "'contains(user.roles, \"x\")', kinds: [ssh], modes: [moderator], count: 1}]}}}",
       "spec.allow.require_session_join"},
      {"{kind: cluster_auth_preference, version: v2, spec: {require_session_mfa: hardware_key_touch}}",
       "spec.require_session_mfa"},
      {"{kind: cluster_auth_preference, version: v2, spec: {device_trust: {mode: required-for-humans}}}",
       "spec.device_trust.mode"},
      {"{kind: session_recording_config, version: v2, spec: {encryption: {enabled: true}}}", "spec.encryption"},
  };
  for (const auto& row : kPromises) {
    INFO(row.yaml);
    const Status checked = CheckPromises(*Written(row.yaml).message);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().kind == ErrorKind::kNotImplemented);
    CHECK(checked.error().message.starts_with(row.field));
  }
}

TEST_CASE("what is enforced, the default, or off is accepted") {
  for (const char* spec :
       {"options: {max_connections: 0, device_trust_mode: optional}", "options: {require_session_mfa: true}",
        "options: {create_db_user: true}", "options: {require_session_mfa: hardware_key}",
        "allow: {join_sessions: [{name: a, roles: ['*'], kinds: ['*'], modes: ['*']}]}"}) {
    INFO(spec);
    CHECK(CheckPromises(*RoleWith(spec).message));
  }
  for (const char* yaml : {"{kind: cluster_auth_preference, version: v2, spec: {require_session_mfa: true}}",
                           "{kind: cluster_auth_preference, version: v2, spec: {device_trust: {mode: 'off'}}}",
                           "{kind: session_recording_config, version: v2, spec: {encryption: {enabled: false}}}",
                           "{kind: cluster_networking_config, version: v2, spec: {web_idle_timeout: 5m}}"}) {
    INFO(yaml);
    CHECK(CheckPromises(*Written(yaml).message));
  }
}

TEST_CASE("the roles of Teleport and of the walks are accepted, and say what they have") {
  for (const auto& role : PresetRoles()) {
    INFO(role->metadata().name());
    CHECK(CheckPromises(*role));
  }
  const Resource walk = RoleWith(
      "options: {enhanced_recording: [command, network], record_session: {default: "
      "best_effort, desktop: true}, desktop_clipboard: true, pin_source_ip: false}");
  CHECK(CheckPromises(*walk.message));
  CHECK(FieldsWithoutEffect(*walk.message).empty());
}

TEST_CASE("options without effect are named") {
  const Resource role = RoleWith(
      "options: {create_db_user: true, create_host_user_mode: keep, enhanced_recording: [disk]}, "
      "allow: {host_groups: [docker]}");
  CHECK(FieldsWithoutEffect(*role.message) ==
        std::vector<std::string>{"spec.options.enhanced_recording", "spec.options.create_db_user",
                                 "spec.options.create_host_user_mode", "spec.allow.host_groups"});
  CHECK(
      FieldsWithoutEffect(*RoleWith("options: {create_db_user: false, create_host_user_mode: 'off'}").message).empty());
}

TEST_CASE("a server accepts mistakes in what a role allows, not in what it denies") {
  const auto check = [](const std::string& spec, bool acceptable) {
    INFO(spec);
    const Resource role = RoleWith(spec);
    CHECK(CheckNewRole(*role.message).has_value() == acceptable);
    CHECK(CheckAllowances(*role.message).has_value() != acceptable);
  };
  for (const bool allow : {true, false}) {
    const std::string part = allow ? "allow" : "deny";
    check(part + ": {kubernetes_groups: ['{{internal.a.b}}']}", allow);
    check(part + ": {node_labels_expression: 'labels['}", allow);
    check(part + ": {rules: [{resources: [role], verbs: [read], where: 'nosuch('}]}", allow);
  }
}

TEST_CASE("docs/options.md is the table") {
  const std::string path = std::string(SALLYPORT_SOURCE_DIR) + "/docs/options.md";
  if (std::getenv("SALLYPORT_WRITE_DOCS") != nullptr) std::ofstream(path) << PromisesAsMarkdown();
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  CHECK(text.str() == PromisesAsMarkdown());
}

}  // namespace
}  // namespace sallyport
