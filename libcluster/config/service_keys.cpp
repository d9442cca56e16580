// The keys of auth_service and proxy_service. Settings of the cluster are read by the resources' own codec, so that a
// value means in the file what it means in a resource.
#include <algorithm>
#include <array>

#include "libbase/address.h"
#include "libcluster/config/teleport_config.h"
#include "libresources/codec.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;

// Reads one field of a setting's spec through the codec: the key's name is the field's.
template <typename Setting>
Status SetField(std::shared_ptr<Setting>& setting, std::string_view field, const Value& value) {
  if (!setting) setting = std::make_shared<Setting>();
  Value map = Value::EmptyMap();
  map.Set("spec", Value::Map{{std::string(field), value}});
  Setting parsed;
  RETURN_IF_ERROR(DecodeMessage(map, {}, parsed));
  setting->mutable_spec()->MergeFrom(parsed.spec());
  return {};
}

#define PREFERENCE_KEY(key, field)                                                                                \
  ConfigKey {                                                                                                     \
    "auth_service.authentication." key, State::kServed,                                                           \
        [](TeleportConfig& config, const Value& value) { return SetField(config.auth.preference, field, value); } \
  }
#define NETWORKING_KEY(key, field)                                                                                \
  ConfigKey {                                                                                                     \
    "auth_service." key, State::kServed,                                                                          \
        [](TeleportConfig& config, const Value& value) { return SetField(config.auth.networking, field, value); } \
  }

// Factors that this cluster can check.
Status SetSecondFactor(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const auto factors, ConfigTexts(value));
  for (const auto& factor : factors) {
    if (factor == "otp") continue;
    return FailWithHint(ErrorKind::kNotImplemented, fmt::format("second factor \"{}\" is not implemented", factor),
                        "use otp");
  }
  return SetField(config.auth.preference, "second_factors", Value::Strings(factors));
}

Status SetAuthType(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const std::string type, ConfigText(value));
  if (type != "local") return Fail(ErrorKind::kNotImplemented, "authentication by \"{}\" is not implemented", type);
  return SetField(config.auth.preference, "type", value);
}

Status SetSuite(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const std::string suite, ConfigText(value));
  if (suite != "balanced-v1") return Fail(ErrorKind::kNotImplemented, "suite \"{}\" is not implemented", suite);
  return SetField(config.auth.preference, "signature_algorithm_suite", value);
}

Status SetListenerMode(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(std::string mode, ConfigText(value));
  std::ranges::transform(mode, mode.begin(), [](unsigned char c) { return std::tolower(c); });
  if (mode != "multiplex" && mode != "1") {
    return Fail(ErrorKind::kNotImplemented, "proxy_listener_mode \"{}\" is not implemented, use multiplex", mode);
  }
  return SetField(config.auth.networking, "proxy_listener_mode", Value(1));
}

Status SetAddress(std::string& target, const Value& value, int default_port) {
  ASSIGN_OR_RETURN(const std::string text, ConfigText(value));
  ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(text, default_port));
  target = FormatHostPort(address);
  return {};
}

Status SetPublicAddresses(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const auto texts, ConfigTexts(value));
  for (const auto& text : texts) RETURN_IF_ERROR(SetAddress(config.proxy.public_addr.emplace_back(), Value(text), 0));
  return {};
}

Status SetKeyPairs(TeleportConfig& config, const Value& value) {
  for (const auto& item : value.as_list()) {
    const Value* key = item.Find("key_file");
    const Value* cert = item.Find("cert_file");
    if (key == nullptr || cert == nullptr || item.as_map().size() != 2) {
      return Fail(ErrorKind::kBadParameter, "each pair has key_file and cert_file, nothing else");
    }
    auto& pair = config.proxy.https_keypairs.emplace_back();
    ASSIGN_OR_RETURN(pair.key_file, ConfigText(*key));
    ASSIGN_OR_RETURN(pair.cert_file, ConfigText(*cert));
  }
  return {};
}

std::vector<ConfigKey> AuthenticationKeys() {
  return {
      {"auth_service.authentication.type", State::kServed, SetAuthType},
      {"auth_service.authentication.second_factor", State::kServed, SetSecondFactor},
      {"auth_service.authentication.second_factors", State::kServed, SetSecondFactor},
      {"auth_service.authentication.signature_algorithm_suite", State::kServed, SetSuite},
      PREFERENCE_KEY("default_session_ttl", "default_session_ttl"),
      PREFERENCE_KEY("locking_mode", "locking_mode"),
      PREFERENCE_KEY("require_session_mfa", "require_session_mfa"),
      PREFERENCE_KEY("local_auth", "allow_local_auth"),
      {"auth_service.authentication.webauthn.*", State::kNotThereYet},
      {"auth_service.authentication.u2f.*", State::kNotThereYet},
      {"auth_service.authentication.device_trust.*", State::kNotThereYet},
      {"auth_service.authentication.hardware_key.*", State::kNotThereYet},
      {"auth_service.authentication.stable_unix_user_config.*", State::kNotThereYet},
      {"auth_service.authentication.connector_name", State::kNotThereYet},
      {"auth_service.authentication.passwordless", State::kNotThereYet},
      {"auth_service.authentication.headless", State::kNotThereYet},
      {"auth_service.authentication.piv_slot", State::kNotThereYet},
  };
}

std::vector<ConfigKey> NetworkingKeys() {
  return {
      NETWORKING_KEY("client_idle_timeout", "client_idle_timeout"),
      NETWORKING_KEY("client_idle_timeout_message", "idle_timeout_message"),
      NETWORKING_KEY("web_idle_timeout", "web_idle_timeout"),
      NETWORKING_KEY("keep_alive_interval", "keep_alive_interval"),
      NETWORKING_KEY("keep_alive_count_max", "keep_alive_count_max"),
      NETWORKING_KEY("session_control_timeout", "session_control_timeout"),
      NETWORKING_KEY("case_insensitive_routing", "case_insensitive_routing"),
      NETWORKING_KEY("ssh_dial_timeout", "ssh_dial_timeout"),
      NETWORKING_KEY("proxy_ping_interval", "proxy_ping_interval"),
      NETWORKING_KEY("routing_strategy", "routing_strategy"),
      NETWORKING_KEY("tunnel_strategy", "tunnel_strategy"),
  };
}

}  // namespace

std::vector<ConfigKey> AuthServiceKeys() {
  std::vector<ConfigKey> keys{
      {"auth_service.enabled", State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         config.auth.enabled = ParseEnabled(value);
         return {};
       }},
      {"auth_service.listen_addr", State::kServed,
       [](TeleportConfig& config, const Value& value) { return SetAddress(config.auth.listen_addr, value, 3025); }},
      {"auth_service.cluster_name", State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.auth.cluster_name, ConfigText(value));
         return {};
       }},
      {"auth_service.tokens", State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.auth.tokens, ConfigTexts(value));
         return {};
       }},
      {"auth_service.message_of_the_day", State::kServed,
       [](TeleportConfig& config, const Value& value) {
         return SetField(config.auth.preference, "message_of_the_day", value);
       }},
      {"auth_service.disconnect_expired_cert", State::kServed,
       [](TeleportConfig& config, const Value& value) {
         return SetField(config.auth.preference, "disconnect_expired_cert", value);
       }},
      {"auth_service.session_recording", State::kServed,
       [](TeleportConfig& config, const Value& value) { return SetField(config.auth.recording, "mode", value); }},
      {"auth_service.proxy_checks_host_keys", State::kServed,
       [](TeleportConfig& config, const Value& value) {
         return SetField(config.auth.recording, "proxy_checks_host_keys", value);
       }},
      {"auth_service.proxy_listener_mode", State::kServed, SetListenerMode},
      {"auth_service.public_addr", State::kAccepted},
      {"auth_service.license_file", State::kAccepted},
      {"auth_service.session_recording_config.*", State::kNotThereYet},
      {"auth_service.load_all_cas", State::kNotThereYet},
      {"auth_service.ca_key_params.*", State::kNotThereYet},
      {"auth_service.access_monitoring.*", State::kNotThereYet},
      {"auth_service.reverse_tunnels", State::kNotThereYet},
      {"auth_service.proxy_protocol", State::kNotThereYet},
  };
  for (const auto& more : {AuthenticationKeys(), NetworkingKeys()}) keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

std::vector<ConfigKey> ProxyServiceKeys() {
  return {
      {"proxy_service.enabled", State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         config.proxy.enabled = ParseEnabled(value);
         return {};
       }},
      {"proxy_service.web_listen_addr", State::kServed,
       [](TeleportConfig& config, const Value& value) {
         return SetAddress(config.proxy.web_listen_addr, value, 3080);
       }},
      {"proxy_service.public_addr", State::kServed, SetPublicAddresses},
      {"proxy_service.kube_listen_addr", State::kServed,
       [](TeleportConfig& config, const Value& value) {
         return SetAddress(config.proxy.kube_listen_addr, value, 3026);
       }},
      {"proxy_service.https_keypairs", State::kServed, SetKeyPairs},
      {"proxy_service.kube_public_addr", State::kAccepted},
      {"proxy_service.https_key_file", State::kNotThereYet},
      {"proxy_service.https_cert_file", State::kNotThereYet},
      {"proxy_service.https_keypairs_reload_interval", State::kNotThereYet},
      {"proxy_service.acme.*", State::kNotThereYet},
      {"proxy_service.listen_addr", State::kNotThereYet},
      {"proxy_service.tunnel_listen_addr", State::kNotThereYet},
      {"proxy_service.ssh_public_addr", State::kNotThereYet},
      {"proxy_service.tunnel_public_addr", State::kNotThereYet},
      {"proxy_service.kubernetes.*", State::kNotThereYet},
      {"proxy_service.peer_listen_addr", State::kNotThereYet},
      {"proxy_service.peer_public_addr", State::kNotThereYet},
      {"proxy_service.mysql_listen_addr", State::kNotThereYet},
      {"proxy_service.mysql_public_addr", State::kNotThereYet},
      {"proxy_service.postgres_listen_addr", State::kNotThereYet},
      {"proxy_service.postgres_public_addr", State::kNotThereYet},
      {"proxy_service.mongo_listen_addr", State::kNotThereYet},
      {"proxy_service.mongo_public_addr", State::kNotThereYet},
      {"proxy_service.idp.*", State::kNotThereYet},
      {"proxy_service.ui.*", State::kAccepted},
      {"proxy_service.proxy_protocol", State::kNotThereYet},
      {"proxy_service.proxy_protocol_allow_downgrade", State::kNotThereYet},
      {"proxy_service.trust_x_forwarded_for", State::kNotThereYet},
      {"proxy_service.automatic_upgrades_channels.*", State::kNotThereYet},
  };
}

}  // namespace sallyport
