#include "libcluster/auth/users/local_users.h"

#include <algorithm>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/log.h"
#include "libbase/secret.h"
#include "libcluster/auth/access/authenticator.h"
#include "libcluster/auth/users/password.h"
#include "libcluster/auth/users/totp.h"
#include "libcluster/auth/users/user_secrets.h"
#include "libcluster/backend/store.h"
#include "libcluster/rpc/caller.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

using google::protobuf::util::TimeUtil;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t kMaxWriteAttempts = 5;
constexpr std::size_t kMaxRemembered = 10'000;  // users with failures that could not be written
constexpr minutes kAttemptWindow{30};
constexpr minutes kLockout{30};
constexpr std::chrono::seconds kUsedCodeLife{120};  // longer than the validity of a code
constexpr std::size_t kTotpSecretBytes = 20;
constexpr std::size_t kTokenBytes = 16;

constexpr const char* kLockedOut = "too many incorrect attempts, please try again later";
constexpr const char* kWrongLogin = "invalid username, password or second factor";
constexpr const char* kBadToken = "bad or expired token";

struct TokenRule {
  std::string_view type;  // sub_kind on the wire
  std::string_view path;  // the path of the page
  Nanoseconds default_ttl;
  Nanoseconds max_ttl;
};
constexpr TokenRule kInviteRule{"invite", "invite", hours(1), hours(48)};
constexpr TokenRule kPasswordRule{"password", "reset", hours(8), hours(24)};

std::string SecretKey(std::string_view user, std::string_view part) {
  return fmt::format("/secrets/user/{}/{}", user, part);
}
// Outlives the user.
std::string RenewalsEndKey(std::string_view user) { return fmt::format("/secrets/renewals-end/{}", user); }
std::string TokenSecretKey(std::string_view token) { return fmt::format("/secrets/token/{}/totp", token); }

google::protobuf::Timestamp ToTimestamp(Time time) {
  google::protobuf::Timestamp stamp;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  stamp.set_seconds(seconds.time_since_epoch().count());
  stamp.set_nanos(static_cast<int>((time - seconds).count()));
  return stamp;
}

std::int64_t Seconds(Time time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }

bool IsRecent(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)) + kAttemptWindow >= Now(); }

}  // namespace

LocalUsers::LocalUsers(Backend& backend, AuditQueue& audit, std::string cluster_name)
    : backend_(backend), cluster_name_(std::move(cluster_name)), audit_(audit), failures_(kMaxRemembered) {}

std::string LocalUsers::PasswordHash(std::string_view user) {
  auto item = backend_.Get(SecretKey(user, "password"));
  return item ? std::move(item->value) : std::string();
}

Result<std::vector<types::MFADevice>> LocalUsers::Devices(std::string_view user) {
  ASSIGN_OR_RETURN(const auto items, backend_.List(SecretKey(user, "mfa/"), "", 100));
  std::vector<types::MFADevice> devices;
  for (const auto& item : items) {
    ASSIGN_OR_RETURN(auto device, DecodeItem<types::MFADevice>(item));
    devices.push_back(std::move(device));
  }
  return devices;
}

Status LocalUsers::AddSecrets(types::UserV2& user) {
  const std::string& name = user.metadata().name();
  const std::string hash = PasswordHash(name);
  ASSIGN_OR_RETURN(const auto devices, Devices(name));
  if (hash.empty() && devices.empty()) return {};

  auto& secrets = *user.mutable_spec()->mutable_localauth();
  secrets.set_passwordhash(hash);
  for (auto device : devices) {
    SetRevision(device, "");
    *secrets.add_mfa() = std::move(device);
  }
  return {};
}

Status LocalUsers::TakeSecrets(types::UserV2& user, BackendTransaction& transaction) {
  const types::LocalAuthSecrets secrets = user.spec().localauth();
  user.mutable_spec()->clear_localauth();
  RETURN_IF_ERROR(CheckUserSecrets(secrets));

  const std::string& name = user.metadata().name();
  bool changed = false;
  const auto put = [&](const std::string& key, const std::string& value) {
    const auto stored = backend_.Get(key);
    if (stored && stored->value == value) return;
    transaction.Put(key, value);
    changed = true;
  };
  if (!secrets.passwordhash().empty()) {
    put(SecretKey(name, "password"), secrets.passwordhash());
    user.mutable_status()->set_password_state(types::PASSWORD_STATE_SET);
  }
  ASSIGN_OR_RETURN(std::vector<types::MFADevice> devices, Devices(name));
  for (types::MFADevice device : secrets.mfa()) {
    SetRevision(device, "");
    put(SecretKey(name, "mfa/" + device.id()), device.SerializeAsString());
    devices.push_back(device);
  }
  user.mutable_status()->set_mfa_weakest_device(WeakestOf(devices));
  if (changed) EndRenewals(name, transaction);
  return {};
}

Status LocalUsers::CheckNotLockedOut(std::string_view user) {
  const MutexLock lock(attempts_mutex_);
  const std::size_t in_memory = FailuresInMemory(user).size();
  if (in_memory > 0 && in_memory + FailuresOnDisk(user).size() >= kMaxWriteAttempts) {
    return Fail(ErrorKind::kAccessDenied, "{}", kLockedOut);
  }
  const auto stored = GetResource<types::UserV2>(backend_, user);
  if (!stored || !stored->spec().status().islocked()) return {};
  const auto& expires = stored->spec().status().lockexpires();
  if (Time(std::chrono::seconds(expires.seconds())) <= Now()) return {};
  return Fail(ErrorKind::kAccessDenied, "{}", kLockedOut);
}

std::vector<std::int64_t> LocalUsers::FailuresOnDisk(std::string_view user) {
  std::vector<std::int64_t> times;
  const auto item = backend_.Get(SecretKey(user, "attempts"));
  const auto parsed = item ? ParseJson(item->value) : std::unexpected(item.error());
  if (!parsed) return times;
  for (const Value& time : parsed->as_list()) {
    if (IsRecent(time.as_int())) times.push_back(time.as_int());
  }
  return times;
}

std::vector<std::int64_t> LocalUsers::FailuresInMemory(std::string_view user) {
  auto* times = failures_.Find(user);
  if (times == nullptr) return {};
  std::erase_if(*times, [](std::int64_t time) { return !IsRecent(time); });
  return *times;
}

void LocalUsers::CountFailure(const LoginAttempt& attempt, std::string_view reason) {
  const MutexLock lock(attempts_mutex_);
  AuditEvent event(audit::kUserLoginFailure, cluster_name_);
  event.Add("user", attempt.user).Add("method", "local").Add("addr.remote", attempt.remote_address);
  event.Add("user_agent", attempt.user_agent).Success(false, reason);
  const AuditRecord record = event.ToRecord();
  if (audit_.Accepts() && CommitFailure(attempt, record)) return;

  auto times = FailuresInMemory(attempt.user);
  if (times.size() < kMaxWriteAttempts) times.push_back(Seconds(Now()));
  failures_.Put(attempt.user, std::move(times));
  if (!audit_.Keep(record)) Log(LogLevel::kError, "a failed login was not recorded: too many events wait for the disk");
}

Status LocalUsers::CommitFailure(const LoginAttempt& attempt, const AuditRecord& record) {
  BackendTransaction transaction;
  transaction.Append(record);
  auto user = GetResource<types::UserV2>(backend_, attempt.user);
  if (!user) return backend_.Commit(std::move(transaction));

  const Time now = Now();
  Value times = Value::EmptyList();
  for (const std::int64_t time : FailuresOnDisk(attempt.user)) times.Append(time);
  times.Append(Seconds(now));
  if (times.as_list().size() >= kMaxWriteAttempts) {
    auto& status = *user->mutable_spec()->mutable_status();
    status.set_islocked(true);
    status.set_lockedmessage("too many incorrect attempts");
    *status.mutable_lockedtime() = ToTimestamp(now);
    *status.mutable_lockexpires() = ToTimestamp(now + kLockout);
    WriteResource(transaction, *user, WriteMode::kUpdate);
    times = Value::EmptyList();
  }
  transaction.Put(SecretKey(attempt.user, "attempts"), ToJson(times), now + kAttemptWindow);
  return backend_.Commit(std::move(transaction));
}

Status LocalUsers::CheckPassword(const LoginAttempt& attempt) {
  const bool fits = PasswordFits(attempt.password, PasswordHash(attempt.user));
  const Status open = CheckNotLockedOut(attempt.user);
  if (!fits && open) CountFailure(attempt, kWrongLogin);
  if (!audit_.Accepts()) return std::unexpected(AuditQueue::Refusal());
  if (fits && open) return {};
  return Fail(ErrorKind::kAccessDenied, "invalid credentials");
}

Status LocalUsers::UseCode(std::string_view user, std::string_view code) {
  ASSIGN_OR_RETURN(const auto devices, Devices(user));
  for (const auto& device : devices) {
    if (!device.has_totp()) continue;
    const auto secret = FromBase32(device.totp().key());
    if (!secret) continue;
    const auto step = FindTotpStep(*secret, code, Now());
    if (!step) continue;

    // Create fails for a code that was used before.
    BackendTransaction use;
    use.Create(SecretKey(user, fmt::format("used-code/{}/{}", device.id(), *step)), "", Now() + kUsedCodeLife);
    return backend_.Commit(std::move(use));
  }
  return Fail(ErrorKind::kAccessDenied, "{}", kWrongLogin);
}

Result<types::UserV2> LocalUsers::Authenticate(const LoginAttempt& attempt) {
  auto user = TryLogin(attempt);
  if (user) return user;
  const bool unwritten = user.error().kind == ErrorKind::kConnectionProblem;
  if (unwritten || !audit_.Accepts()) return std::unexpected(AuditQueue::Refusal());
  return user;
}

Result<types::UserV2> LocalUsers::TryLogin(const LoginAttempt& attempt) {
  const bool fits = PasswordFits(attempt.password, PasswordHash(attempt.user));
  RETURN_IF_ERROR(CheckNotLockedOut(attempt.user));
  if (attempt.totp_code.empty()) {  // the message must not depend on the password
    CountFailure(attempt, "missing second factor");
    return Fail(ErrorKind::kAccessDenied, "missing second factor");
  }

  const Status code =
      fits ? UseCode(attempt.user, attempt.totp_code) : Fail(ErrorKind::kAccessDenied, "wrong password");
  if (!code) {
    if (code.error().kind == ErrorKind::kConnectionProblem) return std::unexpected(code.error());
    CountFailure(attempt, kWrongLogin);
    return Fail(ErrorKind::kAccessDenied, "{}", kWrongLogin);
  }

  ASSIGN_OR_RETURN(types::UserV2 user, GetResource<types::UserV2>(backend_, attempt.user));
  BackendTransaction transaction;
  transaction.Remove(SecretKey(attempt.user, "attempts"), false);
  AuditEvent event(audit::kUserLogin, cluster_name_);
  event.Add("user", attempt.user).Add("method", "local").Add("addr.remote", attempt.remote_address);
  event.Add("user_agent", attempt.user_agent).Success(true);
  transaction.Append(event.ToRecord());
  RETURN_IF_ERROR(backend_.Commit(std::move(transaction)));

  const MutexLock lock(attempts_mutex_);
  failures_.Put(attempt.user, {});
  return user;
}

Status LocalUsers::RemoveCredentials(std::string_view user, BackendTransaction& transaction) {
  ASSIGN_OR_RETURN(const auto secrets, backend_.List(SecretKey(user, ""), "", 10'000));
  for (const auto& item : secrets) transaction.Remove(item.key, false);
  ASSIGN_OR_RETURN(const auto tokens, ListTokens());
  for (const auto& token : tokens) {
    if (token.spec().user() != user) continue;
    transaction.Remove(ResourceKey("user_token", token.metadata().name()), false);
    transaction.Remove(TokenSecretKey(token.metadata().name()), false);
  }
  return {};
}

void LocalUsers::EndRenewals(std::string_view user, BackendTransaction& transaction) {
  const auto now = std::chrono::duration_cast<Nanoseconds>(Now().time_since_epoch());
  transaction.Put(RenewalsEndKey(user), fmt::to_string(now.count()));
}

Result<std::optional<Time>> LocalUsers::RenewalsEnd(std::string_view user) {
  const auto item = backend_.Get(RenewalsEndKey(user));
  if (!item && item.error().kind == ErrorKind::kNotFound) return std::nullopt;
  if (!item) return std::unexpected(item.error());
  ASSIGN_OR_RETURN(const Value end, ParseJson(item->value));
  return Time(Nanoseconds(end.as_int()));
}

Status LocalUsers::CheckRenewal(std::string_view user, Time issued) {
  ASSIGN_OR_RETURN(const auto end, RenewalsEnd(user));
  // Certificates have whole seconds: those issued later in the second of the reset have the next second.
  if (!end || issued > *end) return {};
  return Fail(ErrorKind::kAccessDenied, "{}", kCredentialsExpired);
}

Result<types::UserTokenV3> LocalUsers::CreateToken(std::string_view user, TokenType type, Nanoseconds ttl,
                                                   std::string_view proxy, const Caller& by) {
  const TokenRule& rule = type == TokenType::kInvite ? kInviteRule : kPasswordRule;
  if (ttl == Nanoseconds::zero()) ttl = rule.default_ttl;
  if (ttl < Nanoseconds::zero() || ttl > rule.max_ttl) {
    return Fail(ErrorKind::kBadParameter, "the lifetime of a {} token is at most {}", rule.type,
                FormatDuration(rule.max_ttl));
  }
  ASSIGN_OR_RETURN(types::UserV2 stored, GetResource<types::UserV2>(backend_, user));
  types::UserTokenV3 token;
  token.set_kind("user_token");
  token.set_subkind(std::string(rule.type));
  token.set_version("v3");
  token.mutable_metadata()->set_name(ToHex(RandomBytes(kTokenBytes)));
  token.mutable_metadata()->set_namespace_("default");
  *token.mutable_metadata()->mutable_expires() = ToTimestamp(Now() + ttl);
  token.mutable_spec()->set_user(std::string(user));
  token.mutable_spec()->set_url(fmt::format("https://{}/web/{}/{}", proxy, rule.path, token.metadata().name()));
  *token.mutable_spec()->mutable_created() = ToTimestamp(Now());

  BackendTransaction transaction;
  RETURN_IF_ERROR(RemoveCredentials(user, transaction));
  if (type == TokenType::kPassword) EndRenewals(user, transaction);
  stored.mutable_spec()->mutable_status()->Clear();
  stored.mutable_status()->set_password_state(types::PASSWORD_STATE_UNSET);
  stored.mutable_status()->set_mfa_weakest_device(types::MFA_DEVICE_KIND_UNSET);
  WriteResource(transaction, stored, WriteMode::kUpdate);
  WriteResource(transaction, "user_token", token, WriteMode::kCreate);
  AuditEvent event(audit::kResetTokenCreate, cluster_name_);
  event.By(by).Add("name", user).Add("ttl", FormatDuration(ttl)).Add("expires", FormatTime(Now() + ttl));
  transaction.Append(event.ToRecord());
  RETURN_IF_ERROR(backend_.Commit(std::move(transaction)));
  return token;
}

Result<types::UserTokenV3> LocalUsers::GetToken(std::string_view id) {
  auto token = GetResource<types::UserTokenV3>(backend_, "user_token", id);
  if (!token && token.error().kind == ErrorKind::kNotFound) return Fail(ErrorKind::kAccessDenied, "{}", kBadToken);
  return token;
}

Result<std::vector<types::UserTokenV3>> LocalUsers::ListTokens() {
  return ListAllResources<types::UserTokenV3>(backend_, "user_token");
}

Result<std::string> LocalUsers::TotpSecret(std::string_view token_id) {
  ASSIGN_OR_RETURN(const auto token, GetToken(token_id));
  const std::string key = TokenSecretKey(token_id);
  if (auto kept = backend_.Get(key)) return std::move(kept->value);
  std::string secret = RandomBytes(kTotpSecretBytes);
  BackendTransaction transaction;
  transaction.Create(key, secret, Time(Nanoseconds(TimeUtil::TimestampToNanoseconds(token.metadata().expires()))));
  const Status created = backend_.Commit(std::move(transaction));
  if (created) return secret;
  if (created.error().kind != ErrorKind::kAlreadyExists) return std::unexpected(created.error());
  ASSIGN_OR_RETURN(auto winner, backend_.Get(key));  // one of two concurrent first calls created it
  return std::move(winner.value);
}

Result<types::UserV2> LocalUsers::Enroll(const Enrollment& enrollment) {
  ASSIGN_OR_RETURN(const auto token, GetToken(enrollment.token_id));
  const std::string& name = token.spec().user();
  RETURN_IF_ERROR(CheckPasswordLength(enrollment.password));
  if (enrollment.totp_code.empty()) {
    return Fail(ErrorKind::kBadParameter, "no second factor sent during user \"{}\" password reset", name);
  }
  const auto secret = backend_.Get(TokenSecretKey(enrollment.token_id));
  const auto step = secret ? FindTotpStep(secret->value, enrollment.totp_code, Now()) : std::nullopt;
  if (!step) {
    return Fail(ErrorKind::kAccessDenied,
                "invalid one time token, please check if the token has expired and try again");
  }
  ASSIGN_OR_RETURN(std::string hash, HashPassword(enrollment.password));
  ASSIGN_OR_RETURN(types::UserV2 user, GetResource<types::UserV2>(backend_, name));

  types::MFADevice device;
  device.set_kind("mfa_device");
  device.set_version("v1");
  device.mutable_metadata()->set_name(enrollment.device_name.empty() ? "otp" : enrollment.device_name);
  device.set_id(RandomUuid());
  *device.mutable_added_at() = ToTimestamp(Now());
  *device.mutable_last_used() = ToTimestamp(Now());
  device.mutable_totp()->set_key(ToBase32(secret->value));

  BackendTransaction transaction;
  transaction.Remove(ResourceKey("user_token", enrollment.token_id), true);  // one of two racing enrollments wins
  transaction.Remove(TokenSecretKey(enrollment.token_id), false);
  transaction.Put(SecretKey(name, "password"), std::move(hash));
  transaction.Put(SecretKey(name, "mfa/" + device.id()), device.SerializeAsString());
  transaction.Create(SecretKey(name, fmt::format("used-code/{}/{}", device.id(), *step)), "", Now() + kUsedCodeLife);
  user.mutable_status()->set_password_state(types::PASSWORD_STATE_SET);
  user.mutable_status()->set_mfa_weakest_device(types::MFA_DEVICE_KIND_TOTP);
  WriteResource(transaction, user, WriteMode::kUpdate);
  for (const auto& type : {audit::kPasswordChange, audit::kMfaAdd}) {
    AuditEvent event(type, cluster_name_);
    event.Add("user", name).Add("addr.remote", enrollment.remote_address).Success(true);
    transaction.Append(event.ToRecord());
  }
  RETURN_IF_ERROR(backend_.Commit(std::move(transaction)));
  return user;
}

}  // namespace sallyport
