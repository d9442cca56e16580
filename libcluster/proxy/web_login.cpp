#include "libcluster/proxy/web_login.h"

#include <array>
#include <optional>

#include "libbase/address.h"
#include "libbase/encoding.h"
#include "libbase/value_fields.h"
#include "libcluster/auth/access/user_access.h"
#include "libcluster/auth/access/user_traits.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/users/totp.h"
#include "libresources/access/access.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxUserNameBytes = 1000;
constexpr std::string_view kZeroTime = "0001-01-01T00:00:00Z";

// Returns the user and credentials of a login.
Result<LoginAttempt> LoginAttemptOf(const WebCall& call, std::string_view password_key) {
  LoginAttempt attempt{TextIgnoringCase(call.body, "user"), TextIgnoringCase(call.body, password_key),
                       TextIgnoringCase(call.body, "totp_code"), call.request.remote_address,
                       std::string(call.request.Header("User-Agent"))};
  if (attempt.user.size() > kMaxUserNameBytes) return Fail(ErrorKind::kBadParameter, "the user name is too long");
  return attempt;
}

Result<std::optional<PublicKey>> SshKey(const Value& body) {
  ASSIGN_OR_RETURN(const std::string line, FromBase64(TextIgnoringCase(body, "ssh_pub_key")));
  if (line.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const AuthorizedKey key, ParseAuthorizedKey(line));
  return key.key;
}

Result<std::optional<PublicKey>> TlsKey(const Value& body) {
  ASSIGN_OR_RETURN(const std::string pem, FromBase64(TextIgnoringCase(body, "tls_pub_key")));
  if (pem.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(PublicKey key, ParsePublicKeyPem(pem));
  return key;
}

Status CheckLocalAuth(AuthServer& auth) {
  ASSIGN_OR_RETURN(const auto preference, auth.Setting<types::AuthPreferenceV2>());
  const auto& spec = preference.spec();
  if (!spec.has_allowlocalauth() || spec.allowlocalauth().value()) return {};
  return Fail(ErrorKind::kAccessDenied, "local auth disabled");
}

Result<Nanoseconds> TtlOf(AuthServer& auth, const Value& body) {
  const Value* requested = body.FindIgnoringCase("ttl");
  if (requested != nullptr && requested->as_int() < 0) return Fail(ErrorKind::kBadParameter, "the ttl is negative");
  if (requested != nullptr && requested->as_int() > 0) return Nanoseconds(requested->as_int());
  ASSIGN_OR_RETURN(const auto preference, auth.Setting<types::AuthPreferenceV2>());
  return Nanoseconds(preference.spec().defaultsessionttl());
}

Result<Value> LoginBegin(const WebParts& parts, const WebCall& call) {
  if (const Value* passwordless = call.body.FindIgnoringCase("passwordless"); passwordless && passwordless->as_bool()) {
    return Fail(ErrorKind::kAccessDenied, "passwordless login is not available on this cluster");
  }
  RETURN_IF_ERROR(CheckLocalAuth(parts.auth));
  ASSIGN_OR_RETURN(const LoginAttempt attempt, LoginAttemptOf(call, "pass"));
  RETURN_IF_ERROR(parts.auth.local_users().CheckPassword(attempt));
  ASSIGN_OR_RETURN(const auto devices, parts.auth.local_users().Devices(attempt.user));
  return Value(
      Value::Map{{"webauthn_challenge", Value()}, {"totp_challenge", !devices.empty()}, {"sso_challenge", Value()}});
}

Value LoginAnswer(AuthServer& auth, const UserCerts& certs) {
  Value keys = Value::EmptyList();
  for (const auto& key : auth.authorities().HostSshKeys()) keys.Append(ToBase64(key));
  Value tls = Value::EmptyList();
  tls.Append(ToBase64(auth.authorities().HostTlsPem()));
  Value signer(Value::Map{
      {"domain_name", auth.cluster_name()}, {"checking_keys", std::move(keys)}, {"tls_certs", std::move(tls)}});

  return Value::Map{{"username", certs.identity.username},
                    {"cert", ToBase64(certs.ssh)},
                    {"tls_cert", ToBase64(certs.tls)},
                    {"host_signers", Value::List{std::move(signer)}},
                    {"samlSingleLogoutEnabled", false},
                    {"mfa_token", ""},
                    {"client_options", Value::Map{{"default_relay_addr", ""}}}};
}

Result<Value> LoginFinish(const WebParts& parts, const WebCall& call) {
  RETURN_IF_ERROR(CheckLocalAuth(parts.auth));
  ASSIGN_OR_RETURN(const LoginAttempt attempt, LoginAttemptOf(call, "password"));
  UserCertsRequest issue;
  ASSIGN_OR_RETURN(issue.ssh_key, SshKey(call.body));
  ASSIGN_OR_RETURN(issue.tls_key, TlsKey(call.body));
  if (!issue.ssh_key && !issue.tls_key) {
    return Fail(ErrorKind::kBadParameter, "'ssh_pub_key' or 'tls_pub_key' must be set");
  }
  ASSIGN_OR_RETURN(issue.ttl, TtlOf(parts.auth, call.body));

  ASSIGN_OR_RETURN(const types::UserV2 user, parts.auth.local_users().Authenticate(attempt));
  ASSIGN_OR_RETURN(issue.later_than, parts.auth.local_users().RenewalsEnd(attempt.user));
  issue.traits = TraitsOf(user);
  const std::vector<std::string> roles(user.spec().roles().begin(), user.spec().roles().end());
  ASSIGN_OR_RETURN(issue.access, AccessOf(parts.auth.backend(), user.metadata().name(), roles, issue.traits));

  ASSIGN_OR_RETURN(const HostPort client, ParseHostPort(call.request.remote_address, 0));
  issue.base.login_ip = client.host;
  issue.base.route_to_cluster = TextIgnoringCase(call.body, "RouteToCluster");
  issue.base.kubernetes_cluster = TextIgnoringCase(call.body, "KubernetesCluster");
  issue.format = TextIgnoringCase(call.body, "compatibility");
  ASSIGN_OR_RETURN(const UserCerts certs, parts.auth.issuer().Issue(issue));

  AuditEvent event(audit::kCertCreate, parts.auth.cluster_name());
  event.Add("user", user.metadata().name()).Add("cert_type", "user").Add("addr.remote", attempt.remote_address);
  event.Add("identity", Value::Map{{"user", user.metadata().name()},
                                   {"roles", Value::Strings(certs.identity.groups)},
                                   {"expires", FormatTime(certs.identity.expires)}});
  RETURN_IF_ERROR(parts.auth.Emit(event));
  return LoginAnswer(parts.auth, certs);
}

// A token's key in the forms for authenticator apps.
struct AuthenticatorKey {
  std::string uri;      // otpauth://
  std::string qr_code;  // a PNG of it, base64
};

Result<AuthenticatorKey> KeyOfToken(const WebParts& parts, const std::string& token_id) {
  ASSIGN_OR_RETURN(const types::UserTokenV3 token, parts.auth.local_users().GetToken(token_id));
  ASSIGN_OR_RETURN(const std::string secret, parts.auth.local_users().TotpSecret(token_id));
  const std::string& proxy =
      parts.addresses.public_address.empty() ? parts.addresses.listen_address : parts.addresses.public_address;
  AuthenticatorKey key{TotpUri(secret, parts.auth.cluster_name(), token.spec().user(), proxy), {}};
  ASSIGN_OR_RETURN(const std::string png, QrCodePng(key.uri));
  key.qr_code = ToBase64(png);
  return key;
}

Result<Value> GetToken(const WebParts& parts, const WebCall& call) {
  const std::string& id = call.segments.front();
  ASSIGN_OR_RETURN(const types::UserTokenV3 token, parts.auth.local_users().GetToken(id));
  ASSIGN_OR_RETURN(AuthenticatorKey key, KeyOfToken(parts, id));
  return Value(Value::Map{{"tokenId", id},
                          {"user", token.spec().user()},
                          {"qrCode", std::move(key.qr_code)},
                          {"totpUri", std::move(key.uri)},  // not in Teleport: for users who cannot scan
                          {"expiry", kZeroTime}});
}

Result<Value> RegisterChallenge(const WebParts& parts, const WebCall& call) {
  const std::string type = TextIgnoringCase(call.body, "deviceType");
  if (type != "totp") {
    return Fail(ErrorKind::kBadParameter, "device type \"{}\" is not available on this cluster, use totp", type);
  }
  ASSIGN_OR_RETURN(AuthenticatorKey key, KeyOfToken(parts, call.segments.front()));
  return Value(Value::Map{{"webauthn", Value()}, {"totp", Value::Map{{"qrCode", std::move(key.qr_code)}}}});
}

Result<Value> ChangePassword(const WebParts& parts, const WebCall& call) {
  ASSIGN_OR_RETURN(std::string password, FromBase64(TextIgnoringCase(call.body, "password")));
  const LocalUsers::Enrollment enrollment{TextIgnoringCase(call.body, "token"), std::move(password),
                                          TextIgnoringCase(call.body, "second_factor_token"),
                                          TextIgnoringCase(call.body, "deviceName"), call.request.remote_address};
  RETURN_IF_ERROR(parts.auth.local_users().Enroll(enrollment));
  return Value(Value::Map{{"recovery", Value::EmptyMap()}});
}

constexpr std::array kLoginRoutes{
    WebRoute{"POST", "/webapi/mfa/login/begin", WebLimit::kLogins, kPublicKeysBody, &LoginBegin},
    WebRoute{"POST", "/webapi/mfa/login/finish", WebLimit::kLogins, kPublicKeysBody, &LoginFinish, {}, true},
    WebRoute{"GET", "/webapi/users/password/token/:token", WebLimit::kLogins, kNoBody, &GetToken},
    WebRoute{"POST", "/webapi/mfa/token/:token/registerchallenge", WebLimit::kLogins, kSmallBody, &RegisterChallenge},
    WebRoute{"PUT", "/webapi/users/password/token", WebLimit::kLogins, kSmallBody, &ChangePassword},
};

}  // namespace

std::span<const WebRoute> LoginRoutes() { return kLoginRoutes; }

}  // namespace sallyport
