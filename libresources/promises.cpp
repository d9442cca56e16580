#include "libresources/promises.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>

#include "libresources/codec/codec_forms.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

using enum Promise;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kRole = "role";
constexpr std::string_view kPreference = "cluster_auth_preference";
constexpr std::string_view kNetworking = "cluster_networking_config";
constexpr std::string_view kRecording = "session_recording_config";
constexpr std::string_view kHardwareKeys =
    "hardware_key hardware_key_touch hardware_key_pin hardware_key_touch_and_pin";
constexpr std::string_view kRequiredDevice = "required required-for-humans";

constexpr PromiseRow kPromiseRows[] = {
    {kRole, "spec.options.forward_agent", kEnforced},
    {kRole, "spec.options.max_session_ttl", kEnforced},
    {kRole, "spec.options.port_forwarding", kEnforced},
    {kRole, "spec.options.cert_format", kEnforced},
    {kRole, "spec.options.client_idle_timeout", kEnforced, {}, "on nodes"},
    {kRole, "spec.options.disconnect_expired_cert", kEnforced, {}, "on nodes"},
    {kRole, "spec.options.enhanced_recording", kAddsNothing, "disk", "command and network are the defaults of roles"},
    {kRole, "spec.options.permit_x11_forwarding", kEnforced},
    {kRole, "spec.options.max_connections", kRefused},
    {kRole, "spec.options.max_sessions", kEnforced},
    {kRole, "spec.options.request_access", kEnforced},
    {kRole, "spec.options.request_prompt", kEnforced},
    {kRole, "spec.options.lock", kEnforced},
    {kRole, "spec.options.record_session", kEnforced, {}, "of sessions on nodes"},
    {kRole, "spec.options.desktop_clipboard", kNotConcerned},
    {kRole, "spec.options.cert_extensions", kEnforced},
    {kRole, "spec.options.max_kubernetes_connections", kEnforced},
    {kRole, "spec.options.desktop_directory_sharing", kNotConcerned},
    {kRole, "spec.options.create_host_user", kAddsNothing},
    {kRole, "spec.options.pin_source_ip", kEnforced, {}, "users with such a role get no certificates"},
    {kRole, "spec.options.ssh_file_copy", kEnforced},
    {kRole, "spec.options.require_session_mfa", kEnforced, {}, "session MFA is not implemented: sessions are denied"},
    {kRole, "spec.options.device_trust_mode", kRefused, kRequiredDevice},
    {kRole, "spec.options.idp", kNotConcerned},
    {kRole, "spec.options.create_desktop_user", kAddsNothing},
    {kRole, "spec.options.create_db_user", kAddsNothing},
    {kRole, "spec.options.create_host_user_mode", kAddsNothing, "keep drop insecure-drop"},
    {kRole, "spec.options.create_db_user_mode", kAddsNothing, "keep best_effort_drop"},
    {kRole, "spec.options.mfa_verification_interval", kNotConcerned},
    {kRole, "spec.options.create_host_user_default_shell", kAddsNothing},
    {kRole, "spec.options.ssh_port_forwarding", kEnforced},

    {kRole, "spec.allow.logins", kEnforced},
    {kRole, "spec.allow.node_labels", kEnforced},
    {kRole, "spec.allow.rules", kEnforced},
    {kRole, "spec.allow.kubernetes_groups", kEnforced},
    {kRole, "spec.allow.request", kEnforced},
    {kRole, "spec.allow.kubernetes_users", kEnforced},
    {kRole, "spec.allow.app_labels", kEnforced, {}, "of lists alone: access to applications is not implemented"},
    {kRole, "spec.allow.cluster_labels", kNotConcerned},
    {kRole, "spec.allow.kubernetes_labels", kEnforced},
    {kRole, "spec.allow.db_labels", kEnforced, {}, "of lists alone: access to databases is not implemented"},
    {kRole, "spec.allow.db_names", kNotConcerned},
    {kRole, "spec.allow.db_users", kNotConcerned},
    {kRole, "spec.allow.impersonate", kEnforced},
    {kRole, "spec.allow.review_requests", kEnforced},
    {kRole, "spec.allow.aws_role_arns", kNotConcerned},
    {kRole, "spec.allow.windows_desktop_logins", kNotConcerned},
    {kRole, "spec.allow.windows_desktop_labels", kNotConcerned},
    {kRole, "spec.allow.require_session_join", kRefused},
    {kRole, "spec.allow.join_sessions", kAddsNothing},
    {kRole, "spec.allow.host_groups", kAddsNothing},
    {kRole, "spec.allow.host_sudoers", kAddsNothing},
    {kRole, "spec.allow.azure_identities", kNotConcerned},
    {kRole, "spec.allow.kubernetes_resources", kEnforced},
    {kRole, "spec.allow.gcp_service_accounts", kNotConcerned},
    {kRole, "spec.allow.db_service_labels", kNotConcerned},
    {kRole, "spec.allow.group_labels", kNotConcerned},
    {kRole, "spec.allow.desktop_groups", kNotConcerned},
    {kRole, "spec.allow.db_roles", kNotConcerned},
    {kRole, "spec.allow.node_labels_expression", kEnforced},
    {kRole, "spec.allow.app_labels_expression", kEnforced, {}, "of lists alone"},
    {kRole, "spec.allow.cluster_labels_expression", kNotConcerned},
    {kRole, "spec.allow.kubernetes_labels_expression", kEnforced},
    {kRole, "spec.allow.db_labels_expression", kEnforced, {}, "of lists alone"},
    {kRole, "spec.allow.db_service_labels_expression", kNotConcerned},
    {kRole, "spec.allow.windows_desktop_labels_expression", kNotConcerned},
    {kRole, "spec.allow.group_labels_expression", kNotConcerned},
    {kRole, "spec.allow.db_permissions", kNotConcerned},
    {kRole, "spec.allow.spiffe", kAddsNothing},
    {kRole, "spec.allow.account_assignments", kAddsNothing},
    {kRole, "spec.allow.github_permissions", kAddsNothing},
    {kRole, "spec.allow.workload_identity_labels", kAddsNothing},
    {kRole, "spec.allow.workload_identity_labels_expression", kAddsNothing},
    {kRole, "spec.allow.mcp", kNotConcerned},

    {kPreference,
     "spec.type",
     kEnforced,
     {},
     "login by connectors is not implemented: users cannot log in by a connector"},
    {kPreference, "spec.second_factor", kEnforced},
    {kPreference, "spec.connector_name", kAddsNothing},
    {kPreference, "spec.u2f", kNotConcerned},
    {kPreference, "spec.disconnect_expired_cert", kEnforced, {}, "on nodes"},
    {kPreference, "spec.allow_local_auth", kEnforced},
    {kPreference, "spec.message_of_the_day", kEnforced},
    {kPreference, "spec.locking_mode", kEnforced},
    {kPreference, "spec.webauthn", kNotConcerned},
    {kPreference, "spec.allow_passwordless", kAddsNothing},
    {kPreference, "spec.require_session_mfa", kRefused, kHardwareKeys, "true is enforced: sessions are denied"},
    {kPreference, "spec.device_trust.mode", kRefused, kRequiredDevice},
    {kPreference, "spec.device_trust.auto_enroll", kAddsNothing},
    {kPreference, "spec.device_trust.ekcert_allowed_cas", kNotConcerned},
    {kPreference, "spec.idp", kNotConcerned},
    {kPreference, "spec.allow_headless", kAddsNothing},
    {kPreference, "spec.default_session_ttl", kEnforced},
    {kPreference, "spec.okta", kNotConcerned},
    {kPreference, "spec.hardware_key", kNotConcerned},
    {kPreference, "spec.signature_algorithm_suite", kEnforced},
    {kPreference, "spec.second_factors", kEnforced},
    {kPreference, "spec.stable_unix_user_config.enabled", kAddsNothing},
    {kPreference, "spec.stable_unix_user_config.first_uid", kNotConcerned},
    {kPreference, "spec.stable_unix_user_config.last_uid", kNotConcerned},

    {kNetworking, "spec.client_idle_timeout", kEnforced, {}, "on nodes"},
    {kNetworking, "spec.keep_alive_interval", kEnforced},
    {kNetworking, "spec.keep_alive_count_max", kEnforced},
    {kNetworking, "spec.session_control_timeout", kNotConcerned},
    {kNetworking, "spec.idle_timeout_message", kEnforced},
    {kNetworking, "spec.web_idle_timeout", kNotConcerned},
    {kNetworking, "spec.proxy_listener_mode", kNotConcerned, {}, "one port serves all protocols"},
    {kNetworking, "spec.routing_strategy", kEnforced},
    {kNetworking, "spec.tunnel_strategy", kNotConcerned},
    {kNetworking, "spec.proxy_ping_interval", kNotConcerned},
    {kNetworking, "spec.assist_command_execution_workers", kNotConcerned},
    {kNetworking, "spec.case_insensitive_routing", kEnforced},
    {kNetworking, "spec.ssh_dial_timeout", kNotConcerned},

    {kRecording, "spec.mode", kEnforced, {}, "the node records sessions, also in the proxy's modes"},
    {kRecording, "spec.proxy_checks_host_keys", kNotConcerned},
    {kRecording, "spec.encryption", kRefused},
};

const FieldDescriptor* FieldNamed(const Message& message, std::string_view name) {
  const FieldForm* form = FindField(*message.GetDescriptor(), name, false);
  return form == nullptr ? nullptr : form->field;
}

// Returns whether a space-separated list contains a word.
bool ContainsWord(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto space = words.find(' ');
    if (words.substr(0, space) == word) return true;
    words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
  }
  return false;
}

// Returns whether a message has a non-default field: {enabled: false} has none.
bool SaysSomething(const Message& message) { return message.ByteSizeLong() > 0; }

// Returns whether a single field has one of the row's values, or any value but the default.
bool Asks(const Message& message, const FieldDescriptor& field, const PromiseRow& row) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    if (row.values.empty()) return reflection.FieldSize(message, &field) > 0;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      if (ContainsWord(row.values, reflection.GetRepeatedString(message, &field, i))) return true;
    }
    return false;
  }

  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    if (!reflection.HasField(message, &field)) return false;
    const Message& inner = reflection.GetMessage(message, &field);
    // An optional bool, and an option with an `enabled` field, count when they are true.
    for (const char* name : {"value", "enabled"}) {
      const FieldDescriptor* on = inner.GetDescriptor()->FindFieldByLowercaseName(name);
      if (on != nullptr && on->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
        return inner.GetReflection()->GetBool(inner, on);
      }
    }
    return SaysSomething(inner);
  }

  if (!reflection.HasField(message, &field)) return false;
  if (row.values.empty()) return true;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    const Value value = EnumToValue(*field.enum_type(), reflection.GetEnumValue(message, &field));
    return value.is_string() && ContainsWord(row.values, value.as_string());
  }
  return ContainsWord(row.values, reflection.GetString(message, &field));
}

bool Asks(const Message& resource, const PromiseRow& row) {
  const Message* message = &resource;
  std::string_view path = row.field;
  while (true) {
    const auto dot = path.find('.');
    const FieldDescriptor* field = FieldNamed(*message, path.substr(0, dot));
    if (field == nullptr) return false;
    if (dot == std::string_view::npos) return Asks(*message, *field, row);
    if (!message->GetReflection()->HasField(*message, field)) return false;
    message = &message->GetReflection()->GetMessage(*message, field);
    path.remove_prefix(dot + 1);
  }
}

std::string_view TextOf(Promise promise) {
  constexpr std::array kTexts{"enforced", "not applicable", "adds nothing", "refused"};
  return kTexts[static_cast<std::size_t>(promise)];
}

}  // namespace

std::span<const PromiseRow> Promises() { return kPromiseRows; }

Status CheckPromises(const Message& resource) {
  const std::string kind = KindNameOf(resource);
  for (const PromiseRow& row : kPromiseRows) {
    if (row.kind != kind || row.promise != kRefused || !Asks(resource, row)) continue;
    return FailWithHint(ErrorKind::kNotImplemented, fmt::format("{}: this restriction is not implemented", row.field),
                        "leave the field out: the cluster does not enforce the field");
  }
  return {};
}

std::vector<std::string> FieldsWithoutEffect(const Message& resource) {
  const std::string kind = KindNameOf(resource);
  std::vector<std::string> fields;
  for (const PromiseRow& row : kPromiseRows) {
    if (row.kind == kind && row.promise == kAddsNothing && Asks(resource, row)) fields.emplace_back(row.field);
  }
  return fields;
}

std::string PromisesAsMarkdown() {
  std::string text =
      "# Options of roles and settings\n\n"
      "What the cluster does about each. Made from libresources/promises by `./dev docs`.\n\n"
      "- enforced: the cluster enforces the field; when the cluster cannot decide, it refuses access.\n"
      "- not applicable: the field may be written; it restricts functions that the cluster does not offer.\n"
      "- adds nothing: the field may be written; the log says that the field has no effect.\n"
      "- refused: the field would restrict access and is not implemented, so it cannot be written.\n\n"
      "Conditions of `deny` restrict what those of `allow` open.\n\n"
      "| kind | field | | values, notes |\n| --- | --- | --- | --- |\n";

  for (const PromiseRow& row : kPromiseRows) {
    std::string notes(row.values);
    if (!row.note.empty()) notes += (notes.empty() ? "" : "; ") + std::string(row.note);
    text += fmt::format("| {} | `{}` | {} | {} |\n", row.kind, row.field, TextOf(row.promise), notes);
  }
  return text;
}

}  // namespace sallyport
