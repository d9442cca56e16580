#include "libresources/kinds/cluster_config.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "libbase/text.h"
#include "libbase/time.h"
#include "libresources/codec/codec_forms.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/cluster_config.pb.h"

namespace sallyport {
namespace {

constexpr Nanoseconds kDefaultSessionTtl = std::chrono::hours(12);
constexpr Nanoseconds kKeepAliveInterval = std::chrono::minutes(5);
constexpr std::int64_t kKeepAliveCountMax = 3;
constexpr Nanoseconds kMaxPinCacheTtl = std::chrono::hours(1);

Status CheckOneOf(std::string_view field, std::string_view value, std::initializer_list<std::string_view> allowed) {
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("{}: \"{}\" is not a value of this setting", field, StripControl(value)),
                      fmt::format("one of {}", fmt::join(allowed, ", ")));
}

void FillAuthPreference(types::AuthPreferenceSpecV2& spec) {
  if (spec.type().empty()) spec.set_type("local");
  if (!spec.has_allowlocalauth()) spec.mutable_allowlocalauth()->set_value(true);
  if (!spec.has_disconnectexpiredcert()) spec.mutable_disconnectexpiredcert()->set_value(false);
  if (spec.lockingmode().empty()) spec.set_lockingmode("best_effort");
  if (spec.defaultsessionttl() == 0) spec.set_defaultsessionttl(kDefaultSessionTtl.count());
  if (spec.secondfactor() == "u2f") spec.set_secondfactor("webauthn");
  if (spec.secondfactor().empty() && spec.secondfactors().empty()) spec.set_secondfactor("otp");
  auto& saml = *spec.mutable_idp()->mutable_saml();
  if (!saml.has_enabled()) saml.mutable_enabled()->set_value(true);
  spec.mutable_okta();
}

bool Allows(const types::AuthPreferenceSpecV2& spec, types::SecondFactorType factor) {
  if (!spec.secondfactors().empty()) {
    return std::find(spec.secondfactors().begin(), spec.secondfactors().end(), factor) != spec.secondfactors().end();
  }
  const std::string& legacy = spec.secondfactor();
  const bool both = legacy == "on" || legacy == "optional";
  if (factor == types::SECOND_FACTOR_TYPE_OTP) return both || legacy == "otp";
  return factor == types::SECOND_FACTOR_TYPE_WEBAUTHN && (both || legacy == "webauthn");
}

// The relying party of old settings was the U2F application, mostly a URL.
std::string HostOf(std::string_view app_id) {
  const std::size_t scheme = app_id.find("://");
  if (scheme == std::string_view::npos) return std::string(app_id);
  app_id.remove_prefix(scheme + 3);
  return std::string(app_id.substr(0, app_id.find_first_of(":/")));
}

Status CheckWebauthn(types::AuthPreferenceSpecV2& spec) {
  const bool allowed = Allows(spec, types::SECOND_FACTOR_TYPE_WEBAUTHN);
  if (allowed) {
    if (spec.webauthn().rpid().empty() && spec.has_u2f()) {
      spec.mutable_webauthn()->set_rpid(HostOf(spec.u2f().appid()));
    }
    if (spec.webauthn().rpid().empty()) {
      return FailWithHint(ErrorKind::kBadParameter, "spec.webauthn.rp_id is missing: webauthn is a second factor",
                          "set it to the proxy's public host name");
    }
  }

  if (!spec.has_allowpasswordless()) spec.mutable_allowpasswordless()->set_value(allowed);
  if (!spec.has_allowheadless()) spec.mutable_allowheadless()->set_value(allowed);

  if (!allowed && spec.allowpasswordless().value()) {
    return Fail(ErrorKind::kBadParameter, "spec.allow_passwordless needs webauthn as a second factor");
  }
  if (!allowed && spec.allowheadless().value()) {
    return Fail(ErrorKind::kBadParameter, "spec.allow_headless needs webauthn as a second factor");
  }
  return {};
}

Status CheckConnector(const types::AuthPreferenceSpecV2& spec) {
  const std::string& name = spec.connectorname();
  if (spec.type() != "local" || name.empty() || name == "local") return {};
  if (name == "passwordless" && spec.allowpasswordless().value()) return {};
  if (name == "headless" && spec.allowheadless().value()) return {};
  return Fail(ErrorKind::kBadParameter, "spec.connector_name: \"{}\" is not allowed with type local",
              StripControl(name));
}

Status CheckFactors(const types::AuthPreferenceSpecV2& spec) {
  if (!spec.secondfactor().empty() && !spec.secondfactors().empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "spec: second_factor and second_factors do not go together",
                        "keep second_factors");
  }
  if (!spec.secondfactor().empty()) {
    RETURN_IF_ERROR(
        CheckOneOf("spec.second_factor", spec.secondfactor(), {"off", "otp", "webauthn", "on", "optional"}));
  }

  const bool local_factor =
      Allows(spec, types::SECOND_FACTOR_TYPE_OTP) || Allows(spec, types::SECOND_FACTOR_TYPE_WEBAUTHN);
  if (spec.allowlocalauth().value() && !spec.secondfactors().empty() && !local_factor) {
    return FailWithHint(ErrorKind::kBadParameter, "spec.second_factors has no factor for local users",
                        "add otp or webauthn, or set allow_local_auth to false");
  }
  return {};
}

const types::ClusterNetworkingConfigSpecV2& Networking(const google::protobuf::Message& resource) {
  return static_cast<const types::ClusterNetworkingConfigV2&>(resource).spec();
}
const types::AuthPreferenceSpecV2& Preference(const google::protobuf::Message& resource) {
  return static_cast<const types::AuthPreferenceV2&>(resource).spec();
}
const types::SessionRecordingConfigSpecV2& Recording(const google::protobuf::Message& resource) {
  return static_cast<const types::SessionRecordingConfigV2&>(resource).spec();
}

std::string AuthType(const google::protobuf::Message& resource) { return Preference(resource).type(); }
std::string SecondFactors(const google::protobuf::Message& resource) {
  std::vector<std::string> names;
  for (const int factor : Preference(resource).secondfactors()) {
    names.push_back(EnumToValue(*types::SecondFactorType_descriptor(), factor).as_string());
  }
  if (names.empty()) names.push_back(Preference(resource).secondfactor());
  return fmt::format("{}", fmt::join(names, ","));
}
std::string IdleTimeout(const google::protobuf::Message& resource) {
  return FormatDuration(Nanoseconds(Networking(resource).clientidletimeout()));
}
std::string KeepAlive(const google::protobuf::Message& resource) {
  return FormatDuration(Nanoseconds(Networking(resource).keepaliveinterval()));
}
std::string KeepAliveCount(const google::protobuf::Message& resource) {
  return std::to_string(Networking(resource).keepalivecountmax());
}
std::string ControlTimeout(const google::protobuf::Message& resource) {
  return FormatDuration(Nanoseconds(Networking(resource).sessioncontroltimeout()));
}
std::string RecordingMode(const google::protobuf::Message& resource) { return Recording(resource).mode(); }
std::string ChecksHostKeys(const google::protobuf::Message& resource) {
  return Recording(resource).proxycheckshostkeys().value() ? "true" : "false";
}

constexpr TextColumn kAuthColumns[] = {{"Type", &AuthType}, {"Second Factors", &SecondFactors}};
constexpr TextColumn kNetworkingColumns[] = {{"Client Idle Timeout", &IdleTimeout},
                                             {"Keep Alive Interval", &KeepAlive},
                                             {"Keep Alive Count Max", &KeepAliveCount},
                                             {"Max Session Control Timeout", &ControlTimeout}};
constexpr TextColumn kRecordingColumns[] = {{"Mode", &RecordingMode}, {"Proxy Checks Host Keys", &ChecksHostKeys}};

Status CheckAuthPreference(google::protobuf::Message& resource) {
  types::AuthPreferenceSpecV2& spec = *static_cast<types::AuthPreferenceV2&>(resource).mutable_spec();
  SetDefaultOrigin(resource, "dynamic");
  FillAuthPreference(spec);

  RETURN_IF_ERROR(CheckOneOf("spec.type", spec.type(), {"local", "oidc", "saml", "github"}));
  RETURN_IF_ERROR(CheckFactors(spec));
  RETURN_IF_ERROR(CheckWebauthn(spec));
  RETURN_IF_ERROR(CheckConnector(spec));
  RETURN_IF_ERROR(CheckOneOf("spec.locking_mode", spec.lockingmode(), {"best_effort", "strict"}));

  if (!spec.devicetrust().mode().empty()) {
    RETURN_IF_ERROR(CheckOneOf("spec.device_trust.mode", spec.devicetrust().mode(),
                               {"off", "optional", "required", "required-for-humans"}));
  }
  if (!spec.hardwarekey().pivslot().empty()) {
    RETURN_IF_ERROR(CheckOneOf("spec.hardware_key.piv_slot", spec.hardwarekey().pivslot(), {"9a", "9c", "9d", "9e"}));
  }
  if (spec.hardwarekey().pincachettl() > kMaxPinCacheTtl.count()) {
    return Fail(ErrorKind::kBadParameter, "spec.hardware_key.pin_cache_ttl must not be longer than {}",
                FormatDuration(kMaxPinCacheTtl));
  }
  return {};
}

Status CheckNetworkingConfig(google::protobuf::Message& resource) {
  auto& spec = *static_cast<types::ClusterNetworkingConfigV2&>(resource).mutable_spec();
  SetDefaultOrigin(resource, "dynamic");
  if (spec.keepaliveinterval() == 0) spec.set_keepaliveinterval(kKeepAliveInterval.count());
  if (spec.keepalivecountmax() == 0) spec.set_keepalivecountmax(kKeepAliveCountMax);

  types::TunnelStrategyV1& strategy = *spec.mutable_tunnelstrategy();
  if (strategy.Strategy_case() == types::TunnelStrategyV1::STRATEGY_NOT_SET) strategy.mutable_agentmesh();
  if (strategy.has_proxypeering()) {
    std::int64_t count = strategy.proxypeering().agentconnectioncount();
    if (count == 0) strategy.mutable_proxypeering()->set_agentconnectioncount(count = 1);
    if (count < 0) {
      return Fail(ErrorKind::kBadParameter, "spec.tunnel_strategy.agent_connection_count must be at least 1");
    }
  }
  return {};
}

Status CheckRecordingConfig(google::protobuf::Message& resource) {
  auto& spec = *static_cast<types::SessionRecordingConfigV2&>(resource).mutable_spec();
  SetDefaultOrigin(resource, "dynamic");
  if (spec.mode().empty()) spec.set_mode("node");
  if (!spec.has_proxycheckshostkeys()) spec.mutable_proxycheckshostkeys()->set_value(true);
  return CheckOneOf("spec.mode", spec.mode(), {"node", "proxy", "off", "node-sync", "proxy-sync"});
}

}  // namespace

KindRow AuthPreferenceKind() {
  return {
      .kind = "cluster_auth_preference",
      .aliases = "cluster_authentication_preferences cap",
      .versions = "v2",
      .singleton_name = "cluster-auth-preference",
      .prototype = &Prototype<types::AuthPreferenceV2>,
      .check = &CheckAuthPreference,
      .columns = kAuthColumns,
  };
}

KindRow NetworkingConfigKind() {
  return {
      .kind = "cluster_networking_config",
      .aliases = "networking_config networking net_config netconfig",
      .versions = "v2",
      .singleton_name = "cluster-networking-config",
      .prototype = &Prototype<types::ClusterNetworkingConfigV2>,
      .check = &CheckNetworkingConfig,
      .columns = kNetworkingColumns,
  };
}

KindRow RecordingConfigKind() {
  return {
      .kind = "session_recording_config",
      .aliases = "recording_config session_recording rec_config recconfig",
      .versions = "v2",
      .singleton_name = "session-recording-config",
      .prototype = &Prototype<types::SessionRecordingConfigV2>,
      .check = &CheckRecordingConfig,
      .columns = kRecordingColumns,
  };
}

}  // namespace sallyport
