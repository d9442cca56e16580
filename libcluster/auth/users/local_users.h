// Local credentials: passwords, one-time codes, lockout after wrong attempts, invite and reset tokens. Every change and
// its audit event are one transaction. Rules: docs/protocol/login.md#local-login,
// docs/protocol/login.md#passwords-and-codes, docs/protocol/login.md#invites-and-resets.
//
// Safe from several threads. A one-time code is accepted once: its use is a create in the backend, so two logins with
// one code race for it and one wins.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
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

  // Checks the password alone: whether a code may be asked for. kAccessDenied "invalid credentials" for every failure;
  // counts towards the lockout.
  Status CheckPassword(const LoginAttempt& attempt);

  // Checks password and code, and returns the user. Appends user.login. kAccessDenied with the reference's texts.
  Result<types::UserV2> Authenticate(const LoginAttempt& attempt);

  // Both answer kConnectionProblem while the audit log cannot be written, whatever was right or wrong. Failures are
  // counted in memory then, and their events wait for the disk.

  enum class TokenType { kInvite, kPassword };
  // Makes an invite or reset token and wipes password and devices. kNotFound for an unknown user, kBadParameter for a
  // ttl beyond the type's maximum (48 h, 24 h); zero is the default (1 h, 8 h). `proxy` is the public address in its
  // URL.
  Result<types::UserTokenV3> CreateToken(std::string_view user, TokenType type, Nanoseconds ttl, std::string_view proxy,
                                         const Caller& by);
  // kAccessDenied "bad or expired token".
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

  // Fills in spec.local_auth of a user: the hash of the password, and the devices with their secrets.
  Status AddSecrets(types::UserV2& user);
  // Adds to a transaction that a user gets the password and the devices of its spec.local_auth, which may be those of a
  // backup, and clears it; devices with other ids stay. Sets what the status says of both. Certificates of before renew
  // nothing any more when that changes the password or a device. kBadParameter names a field with a value that is none.
  Status TakeSecrets(types::UserV2& user, BackendTransaction& transaction);

  // Adds to a transaction that certificates which the user has now renew nothing any more, not even as those of a new
  // user of the same name.
  void EndRenewals(std::string_view user, BackendTransaction& transaction);
  // Returns when that was last.
  Result<std::optional<Time>> RenewalsEnd(std::string_view user);
  // Whether a certificate that was issued then may still be used to issue others; kAccessDenied, in the words that make
  // a client log in again.
  Status CheckRenewal(std::string_view user, Time issued);

  // Adds the removal of all credentials of a user to a transaction.
  Status RemoveCredentials(std::string_view user, BackendTransaction& transaction);

 private:
  Status CheckNotLockedOut(std::string_view user);
  // When the user has failed of late, in seconds: as the disk has it, and what it did not take.
  std::vector<std::int64_t> FailuresOnDisk(std::string_view user);
  std::vector<std::int64_t> FailuresInMemory(std::string_view user);
  void CountFailure(const LoginAttempt& attempt, std::string_view reason);
  Status CommitFailure(const LoginAttempt& attempt, const AuditRecord& record);
  Result<types::UserV2> TryLogin(const LoginAttempt& attempt);
  Status UseCode(std::string_view user, std::string_view code);
  std::string PasswordHash(std::string_view user);

  Backend& backend_;
  const std::string cluster_name_;
  AuditQueue& audit_;
  std::mutex attempts_mutex_;                      // counting is read, add, write
  RecentMap<std::vector<std::int64_t>> failures_;  // in seconds, of those that the disk did not take
};

}  // namespace sallyport
