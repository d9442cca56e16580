// The keys of auth_service (docs/protocol/services.md#auth_service).

#include "libbase/address.h"
#include "libbase/text.h"
#include "libcluster/config/cluster_settings.h"
#include "libcluster/config/config_key.h"
#include "teleport/legacy/types/cluster_config.pb.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;
using Type = ConfigType;

#define SETTING_KEY(key, type, setting, field)                                                                       \
  ConfigKey {                                                                                                        \
    "auth_service." key, type, State::kServed,                                                                       \
        [](TeleportConfig& config, const Value& value) { return SetField(config.auth.setting, field, type, value); } \
  }

Status SetListenerMode(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(std::string mode, ConfigText(value));
  mode = LowerCase(mode);
  if (mode != "multiplex" && mode != "1") {
    return Fail(ErrorKind::kNotImplemented, "proxy_listener_mode \"{}\" is not implemented, use multiplex", mode);
  }
  return SetField(config.auth.networking, "proxy_listener_mode", Value(1));
}

Status SetListenAddress(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const std::string text, ConfigText(value));
  ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(text, 3025));
  config.auth.listen_addr = FormatHostPort(address);
  return {};
}

Status SetTunnelStrategy(TeleportConfig& config, const Value& value) {
  const Value* type = value.Find("type");
  if (value.is_map() && (type == nullptr || IsOff(Type::kText, *type))) return {};
  return SetField(config.auth.networking, "tunnel_strategy", value);
}

std::vector<ConfigKey> OwnKeys() {
  return {
      {"auth_service.enabled", Type::kSwitch, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.auth.enabled, ConfigSwitch(value));
         return {};
       }},
      {"auth_service.listen_addr", Type::kText, State::kServed, SetListenAddress},

      {"auth_service.cluster_name", Type::kText, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.auth.cluster_name, ConfigName(value));
         return {};
       }},
      {"auth_service.tokens", Type::kTexts, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.auth.tokens, ConfigTexts(value));
         return {};
       }},
  };
}

std::vector<ConfigKey> SettingKeys() {
  return {
      SETTING_KEY("message_of_the_day", Type::kText, preference, "message_of_the_day"),
      SETTING_KEY("disconnect_expired_cert", Type::kSwitch, preference, "disconnect_expired_cert"),

      SETTING_KEY("session_recording", Type::kText, recording, "mode"),
      SETTING_KEY("proxy_checks_host_keys", Type::kSwitch, recording, "proxy_checks_host_keys"),
      SETTING_KEY("session_recording_config.mode", Type::kText, recording, "mode"),
      SETTING_KEY("session_recording_config.proxy_checks_host_keys", Type::kSwitch, recording,
                  "proxy_checks_host_keys"),

      {"auth_service.proxy_listener_mode", Type::kText, State::kServed, SetListenerMode},
      SETTING_KEY("client_idle_timeout", Type::kDuration, networking, "client_idle_timeout"),
      SETTING_KEY("client_idle_timeout_message", Type::kText, networking, "idle_timeout_message"),
      SETTING_KEY("web_idle_timeout", Type::kDuration, networking, "web_idle_timeout"),
      SETTING_KEY("keep_alive_interval", Type::kDuration, networking, "keep_alive_interval"),
      SETTING_KEY("keep_alive_count_max", Type::kNumber, networking, "keep_alive_count_max"),
      SETTING_KEY("session_control_timeout", Type::kDuration, networking, "session_control_timeout"),
      SETTING_KEY("case_insensitive_routing", Type::kSwitch, networking, "case_insensitive_routing"),
      SETTING_KEY("ssh_dial_timeout", Type::kDuration, networking, "ssh_dial_timeout"),
      SETTING_KEY("proxy_ping_interval", Type::kDuration, networking, "proxy_ping_interval"),
      SETTING_KEY("routing_strategy", Type::kText, networking, "routing_strategy"),
      {"auth_service.tunnel_strategy", Type::kAny, State::kServed, SetTunnelStrategy},
  };
}

#undef SETTING_KEY

// Keys of other features of Teleport's auth service, without the prefix.
constexpr std::array kRefused{
    KeyFact{"load_all_cas", Type::kSwitch},
    KeyFact{"hosted_plugins.enabled", Type::kSwitch},
    KeyFact{"hosted_plugins.oauth_providers.slack.client_id"},
    KeyFact{"hosted_plugins.oauth_providers.slack.client_secret"},
    KeyFact{"access_monitoring.enabled", Type::kSwitch},
    KeyFact{"reverse_tunnels[].domain_name"},
    KeyFact{"reverse_tunnels[].addresses", Type::kTexts},
    KeyFact{"session_recording_config.encryption.enabled", Type::kSwitch},
    KeyFact{"session_recording_config.encryption.manual_key_management.enabled", Type::kSwitch},
    KeyFact{"ca_key_params.pkcs11.module_path"},
    KeyFact{"ca_key_params.pkcs11.token_label"},
    KeyFact{"ca_key_params.pkcs11.slot_number", Type::kNumber},
    KeyFact{"ca_key_params.pkcs11.pin"},
    KeyFact{"ca_key_params.pkcs11.pin_path"},
    KeyFact{"ca_key_params.pkcs11.max_sessions", Type::kNumber},
    KeyFact{"ca_key_params.gcp_kms.keyring"},
    KeyFact{"ca_key_params.gcp_kms.protection_level"},
    KeyFact{"ca_key_params.aws_kms.account"},
    KeyFact{"ca_key_params.aws_kms.region"},
    KeyFact{"ca_key_params.aws_kms.multi_region.enabled", Type::kSwitch},
    KeyFact{"ca_key_params.aws_kms.multi_region.primary_region"},
    KeyFact{"ca_key_params.aws_kms.multi_region.replica_regions", Type::kTexts},
    KeyFact{"ca_key_params.aws_kms.tags", Type::kMap},
};

// Keys below a disabled switch, and keys that Teleport ignores too.
constexpr std::array kAuthWithoutEffect{
    KeyFact{"public_addr", Type::kTexts},
    KeyFact{"license_file"},
    KeyFact{"kubeconfig_file"},
    KeyFact{"access_monitoring.role_arn"},
    KeyFact{"access_monitoring.role_tags", Type::kMap},
    KeyFact{"access_monitoring.data_limit"},
    KeyFact{"access_monitoring.database"},
    KeyFact{"access_monitoring.table"},
    KeyFact{"access_monitoring.workgroup"},
    KeyFact{"access_monitoring.query_results"},
    KeyFact{"access_monitoring.report_results"},
    KeyFact{"session_recording_config.encryption.manual_key_management.active_keys[].type"},
    KeyFact{"session_recording_config.encryption.manual_key_management.active_keys[].label"},
    KeyFact{"session_recording_config.encryption.manual_key_management.rotated_keys[].type"},
    KeyFact{"session_recording_config.encryption.manual_key_management.rotated_keys[].label"},
};

}  // namespace

std::vector<ConfigKey> AuthServiceKeys() {
  auto keys = OwnKeys();
  for (auto& key : SettingKeys()) keys.push_back(std::move(key));
  for (const auto& fact : kRefused) {
    keys.push_back({fmt::format("auth_service.{}", fact.path), fact.type, State::kRefused});
  }
  keys.push_back({"auth_service.proxy_protocol", Type::kText, State::kRefused, nullptr, "off",
                  "a load balancer before the auth service must forward connections unchanged"});
  AddFacts(keys, "auth_service.", kAuthWithoutEffect);
  return keys;
}

}  // namespace sallyport
