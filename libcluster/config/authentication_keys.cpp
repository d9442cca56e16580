// The keys of auth_service.authentication (docs/protocol/services.md#authentication): the setting
// cluster_auth_preference.
#include "libcluster/config/cluster_settings.h"
#include "libcluster/config/config_key.h"
#include "teleport/legacy/types/cluster_config.pb.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;
using Type = ConfigType;

#define PREFERENCE_KEY(key, type, field)                                                                       \
  ConfigKey {                                                                                                  \
    "auth_service.authentication." key, type, State::kServed, [](TeleportConfig& config, const Value& value) { \
      return SetField(config.auth.preference, field, type, value);                                             \
    }                                                                                                          \
  }

// The second factors that this cluster supports.
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

std::vector<ConfigKey> AuthenticationSettingKeys() {
  return {
      {"auth_service.authentication.type", Type::kText, State::kServed, SetAuthType},
      {"auth_service.authentication.second_factor", Type::kText, State::kServed, SetSecondFactor},
      {"auth_service.authentication.second_factors", Type::kTexts, State::kServed, SetSecondFactor},
      {"auth_service.authentication.signature_algorithm_suite", Type::kText, State::kServed, SetSuite},
      PREFERENCE_KEY("connector_name", Type::kText, "connector_name"),
      PREFERENCE_KEY("default_session_ttl", Type::kDuration, "default_session_ttl"),
      PREFERENCE_KEY("locking_mode", Type::kText, "locking_mode"),
      PREFERENCE_KEY("require_session_mfa", Type::kText, "require_session_mfa"),
      PREFERENCE_KEY("local_auth", Type::kSwitch, "allow_local_auth"),
  };
}

#undef PREFERENCE_KEY

}  // namespace

std::vector<ConfigKey> AuthenticationKeys() {
  constexpr std::string_view kPrefix = "auth_service.authentication.";
  constexpr std::string_view kNoWebauthn = "the factor webauthn is not implemented";
  constexpr std::string_view kNoHardwareKey = "hardware keys are not implemented";
  auto keys = AuthenticationSettingKeys();
  const auto without_effect = [&](std::string_view name, Type type, std::string_view why) {
    keys.push_back({fmt::format("{}{}", kPrefix, name), type, State::kNoEffect, nullptr, "", why});
  };
  const auto refused = [&](std::string_view name, Type type, std::string_view accepted, std::string_view advice) {
    keys.push_back({fmt::format("{}{}", kPrefix, name), type, State::kRefused, nullptr, accepted, advice});
  };

  without_effect("webauthn.rp_id", Type::kText, kNoWebauthn);
  without_effect("webauthn.attestation_allowed_cas", Type::kTexts, kNoWebauthn);
  without_effect("webauthn.attestation_denied_cas", Type::kTexts, kNoWebauthn);
  without_effect("webauthn.disabled", Type::kSwitch, "");
  without_effect("u2f.app_id", Type::kText, kNoWebauthn);
  without_effect("u2f.facets", Type::kTexts, kNoWebauthn);
  without_effect("u2f.device_attestation_cas", Type::kTexts, kNoWebauthn);

  refused("passwordless", Type::kSwitch, "", "set the key to no");
  refused("headless", Type::kSwitch, "", "set the key to no");
  refused("device_trust.mode", Type::kText, "off", "set the key to off");
  refused("device_trust.auto_enroll", Type::kSwitch, "", "set the key to no");
  without_effect("device_trust.ekcert_allowed_cas", Type::kTexts, "the enrollment of devices is not implemented");

  without_effect("piv_slot", Type::kText, kNoHardwareKey);
  without_effect("hardware_key.piv_slot", Type::kText, kNoHardwareKey);
  without_effect("hardware_key.pin_cache_ttl", Type::kDuration, kNoHardwareKey);
  refused("hardware_key.serial_number_validation.enabled", Type::kSwitch, "", "set the key to no");
  without_effect("hardware_key.serial_number_validation.serial_number_trait_name", Type::kText, "");

  refused("stable_unix_user_config.enabled", Type::kSwitch, "",
          "set the key to no: the cluster does not create users on hosts");
  without_effect("stable_unix_user_config.first_uid", Type::kNumber, "");
  without_effect("stable_unix_user_config.last_uid", Type::kNumber, "");
  return keys;
}

}  // namespace sallyport
