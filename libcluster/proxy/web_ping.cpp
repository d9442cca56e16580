#include "libcluster/proxy/web_ping.h"

#include <array>

#include "libbase/version.h"
#include "libcluster/auth/auth_server.h"
#include "teleport/legacy/types/cluster_config.pb.h"

namespace sallyport {
namespace {

constexpr std::int64_t kDialTimeoutNs = 30'000'000'000;

std::string_view SuiteName(types::SignatureAlgorithmSuite suite) {
  switch (suite) {
    case types::SIGNATURE_ALGORITHM_SUITE_LEGACY:
      return "legacy";
    case types::SIGNATURE_ALGORITHM_SUITE_FIPS_V1:
      return "fips-v1";
    case types::SIGNATURE_ALGORITHM_SUITE_HSM_V1:
      return "hsm-v1";
    default:
      return "balanced-v1";
  }
}

// `connector` empty: the cluster's default.
Result<Value> AuthSettings(const WebParts& parts, std::string_view connector) {
  ASSIGN_OR_RETURN(const auto preference, parts.auth.Setting<types::AuthPreferenceV2>());
  const auto& spec = preference.spec();
  Value settings = Value::EmptyMap();
  settings.Set("type", "local");
  settings.Set("second_factor", "otp");
  settings.Set("preferred_local_mfa", "otp");
  settings.Set("local", Value::Map{{"name", connector}});
  settings.Set("private_key_policy", "none");
  settings.Set("piv_slot", "");
  settings.Set("piv_pin_cache_ttl", 0);
  settings.Set("device_trust", Value::Map{{"disabled", true}});
  settings.Set("has_motd", !spec.messageoftheday().empty());
  settings.Set("default_session_ttl", FormatDuration(Nanoseconds(spec.defaultsessionttl())));
  settings.Set("signature_algorithm_suite", SuiteName(spec.signature_algorithm_suite()));
  return settings;
}

Value ProxySettings(const WebAddresses& addresses) {
  const std::string& listen = addresses.listen_address;
  const std::string& kube_listen = addresses.kube_listen_address.empty() ? listen : addresses.kube_listen_address;
  Value kube(Value::Map{{"enabled", addresses.kube_enabled}, {"listen_addr", kube_listen}});
  Value ssh(Value::Map{{"listen_addr", listen}, {"tunnel_listen_addr", listen}, {"web_listen_addr", listen}});
  if (!addresses.public_address.empty()) ssh.Set("public_addr", addresses.public_address);
  ssh.Set("dial_timeout", kDialTimeoutNs);
  Value db(Value::Map{{"postgres_listen_addr", listen}, {"mysql_listen_addr", listen}});
  return Value::Map{
      {"kube", std::move(kube)}, {"ssh", std::move(ssh)}, {"db", std::move(db)}, {"tls_routing_enabled", true}};
}

Value Envelope(const WebParts& parts, Value auth_settings) {
  Value update(Value::Map{{"tools_version", kWireVersion},
                          {"tools_auto_update", false},
                          {"agent_version", kWireVersion},
                          {"agent_auto_update", false},
                          {"agent_update_jitter_seconds", 60}});
  return Value::Map{{"auth", std::move(auth_settings)},
                    {"proxy", ProxySettings(parts.addresses)},
                    {"server_version", kWireVersion},
                    {"min_client_version", kMinClientVersion},
                    {"auto_update", std::move(update)},
                    {"cluster_name", parts.auth.cluster_name()},
                    {"automatic_upgrades", false},
                    {"edition", "oss"},
                    {"fips", false}};
}

Result<Value> Ping(const WebParts& parts, const WebCall&) {
  ASSIGN_OR_RETURN(Value settings, AuthSettings(parts, ""));
  return Envelope(parts, std::move(settings));
}

Result<Value> PingConnector(const WebParts& parts, const WebCall& call) {
  const std::string& connector = call.segments.front();
  if (connector != "local") {
    return Fail(ErrorKind::kBadParameter, "invalid connector name: {}; valid options: local", connector);
  }
  ASSIGN_OR_RETURN(Value settings, AuthSettings(parts, connector));
  return Envelope(parts, std::move(settings));
}

Result<Value> Find(const WebParts& parts, const WebCall&) {
  ASSIGN_OR_RETURN(const Value full, AuthSettings(parts, ""));
  Value settings(Value::Map{{"type", ""},
                            {"private_key_policy", ""},
                            {"piv_slot", ""},
                            {"piv_pin_cache_ttl", 0},
                            {"device_trust", Value::EmptyMap()},
                            {"has_motd", false},
                            {"default_session_ttl", "0s"}});
  settings.Set("signature_algorithm_suite", *full.Find("signature_algorithm_suite"));
  return Envelope(parts, std::move(settings));
}

Result<Value> Motd(const WebParts& parts, const WebCall&) {
  ASSIGN_OR_RETURN(const auto preference, parts.auth.Setting<types::AuthPreferenceV2>());
  return Value(Value::Map{{"Text", preference.spec().messageoftheday()}});
}

constexpr std::array kPingRoutes{
    WebRoute{"GET", "/webapi/ping", WebLimit::kNone, kNoBody, &Ping},
    WebRoute{"GET", "/webapi/ping/:connector", WebLimit::kRequests, kNoBody, &PingConnector},
    WebRoute{"GET", "/webapi/find", WebLimit::kNone, kNoBody, &Find},
    WebRoute{"GET", "/webapi/motd", WebLimit::kRequests, kNoBody, &Motd},
};

}  // namespace

std::span<const WebRoute> PingRoutes() { return kPingRoutes; }

}  // namespace sallyport
