// Local credentials: passwords, one-time codes, lockout after wrong attempts, invite and reset tokens. Every change and
// its audit event are one transaction. Rules: docs/protocol/login.md#local-login,
// docs/protocol/login.md#passwords-and-codes, docs/protocol/login.md#invites-and-resets.
//
// Safe from several threads. A one-time code is accepted once: its use is a create in the backend, so two logins with
// one code race for it and one wins.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libcluster/auth/audit/audit.h"
#include "libcluster/auth/audit/audit_queue.h"
#include "libcluster/backend/backend.h"
#include "libcluster/net/recent_map.h"

namespace types {
class MFADevice;
class UserTokenV3;
class UserV2;
}  // namespace types

namespace sallyport {

struct LoginAttempt {
  std::string user;
  std::string password;
  std::string totp_code;
  std::string remote_address;
  std::string user_agent;
};

class LocalUsers {
 public:
  LocalUsers(Backend& backend, AuditQueue& audit, std::string cluster_name);

  // Checks the password alone, before a code is asked for. Fails with kAccessDenied "invalid credentials" for every
  // cause; failures count towards the lockout.
  Status CheckPassword(const LoginAttempt& attempt);

  // Checks password and code, and returns the user. Appends user.login. Fails with kAccessDenied and the reference's
  // texts.
  Result<types::UserV2> Authenticate(const LoginAttempt& attempt);

  // Both fail with kConnectionProblem while the audit log cannot be written, for right and wrong credentials alike.
  // Meanwhile failures are counted in memory, and their events are queued.

  enum class TokenType { kInvite, kPassword };
  // Makes an invite or reset token and wipes password and devices. Fails with kNotFound for an unknown user,
  // kBadParameter for a ttl beyond the type's maximum (48 h, 24 h); zero is the default (1 h, 8 h). `proxy` is the
  // public address in its URL.
  Result<types::UserTokenV3> CreateToken(std::string_view user, TokenType type, Nanoseconds ttl, std::string_view proxy,
                                         const Caller& by);
  // Returns a token. Fails with kAccessDenied "bad or expired token".
  Result<types::UserTokenV3> GetToken(std::string_view id);
  Result<std::vector<types::UserTokenV3>> ListTokens();

  // Returns the TOTP secret of a token, raw. The first call makes it; it stays the same until the token is used, so
  // that opening the link again does not void what was scanned. kAccessDenied like GetToken.
  Result<std::string> TotpSecret(std::string_view token_id);

  // Sets password and TOTP device from a token, which is then gone. Errors: docs/protocol/login.md#invites-and-resets.
  struct Enrollment {
    std::string token_id;
    std::string password;
    std::string totp_code;
    std::string device_name;
    std::string remote_address;
  };
  Result<types::UserV2> Enroll(const Enrollment& enrollment);

  Result<std::vector<types::MFADevice>> Devices(std::string_view user);

  // Fills in spec.local_auth of a user: the password hash, and the devices with their secrets.
  Status AddSecrets(types::UserV2& user);
  // Adds the password and the devices of a user's spec.local_auth (perhaps from a backup) to a transaction, and clears
  // spec.local_auth; devices with other ids stay. Updates the status for both. When the password or a device changes,
  // ends renewals by earlier certificates. Fails with kBadParameter, which names the invalid field.
  Status TakeSecrets(types::UserV2& user, BackendTransaction& transaction);

  // Adds to a transaction that the user's present certificates no longer renew, not even for a new user of the same
  // name.
  void EndRenewals(std::string_view user, BackendTransaction& transaction);
  // Returns the time of the last EndRenewals.
  Result<std::optional<Time>> RenewalsEnd(std::string_view user);
  // Fails unless a certificate issued at that time may still be used to issue others: kAccessDenied, with the text upon
  // which clients log in again.
  Status CheckRenewal(std::string_view user, Time issued);

  // Adds the removal of all credentials of a user to a transaction.
  Status RemoveCredentials(std::string_view user, BackendTransaction& transaction);

 private:
  Status CheckNotLockedOut(std::string_view user);
  // Return the times of the user's recent failures, in seconds: those on disk, and those that could not be written.
  std::vector<std::int64_t> FailuresOnDisk(std::string_view user) REQUIRES(attempts_mutex_);
  std::vector<std::int64_t> FailuresInMemory(std::string_view user) REQUIRES(attempts_mutex_);
  void CountFailure(const LoginAttempt& attempt, std::string_view reason);
  Status CommitFailure(const LoginAttempt& attempt, const AuditRecord& record) REQUIRES(attempts_mutex_);
  Result<types::UserV2> TryLogin(const LoginAttempt& attempt);
  Status UseCode(std::string_view user, std::string_view code);
  std::string PasswordHash(std::string_view user);

  Backend& backend_;
  const std::string cluster_name_;
  AuditQueue& audit_;
  Mutex attempts_mutex_;  // counting reads, adds and writes
  // In seconds; failures that could not be written to the disk.
  RecentMap<std::vector<std::int64_t>> failures_ GUARDED_BY(attempts_mutex_);
};

}  // namespace sallyport
