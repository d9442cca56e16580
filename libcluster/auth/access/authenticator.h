// Authenticates callers by the certificate of their TLS connection alone; gRPC, the auth HTTP API and Kubernetes use
// the same rules. Fails closed. The messages that make a client log in again are Teleport's
// (docs/protocol/auth-api.md#errors).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libcluster/auth/trust/authorities.h"
#include "libcluster/auth/trust/locks.h"
#include "libcluster/backend/backend.h"
#include "libcluster/backend/change_counter.h"
#include "libcluster/rpc/caller.h"
#include "libidentity/ssh_certificate.h"

namespace sallyport {

// Messages upon which a client logs in again.
inline constexpr std::string_view kCredentialsExpired =
    "access denied: client credentials have expired, please relogin.";
inline constexpr std::string_view kInvalidClientCertificate = "access denied: invalid client certificate";

class Authenticator {
 public:
  // `own_host` is the id of the auth service's host: no other process is a node or another service under it. All
  // arguments must outlive the object, which follows the changes of users and roles.
  Authenticator(Backend& backend, const Authorities& authorities, const Locks& locks, std::string own_host = {});

  // Returns the caller behind a certificate chain as TLS showed it; Kind::kNobody for an empty chain. `accepted_usage`
  // is the restriction that this service accepts beside none ("usage:kube"; "" accepts only unrestricted certificates).
  // Fails with kAccessDenied for every refusal.
  Result<std::shared_ptr<const Caller>> Authenticate(const std::vector<std::string>& chain_pem,
                                                     const std::string& remote_address,
                                                     std::string_view accepted_usage);

  // Returns the user who logs in as `login` by an SSH certificate, whose key has signed the login. Fails as
  // CheckSshCertificate does, and with kAccessDenied for users, roles and locks as Authenticate does.
  Result<std::shared_ptr<const Caller>> AuthenticateSsh(const SshCertificate& certificate, std::string_view login,
                                                        const std::string& remote_address);

 private:
  struct Known {
    std::uint64_t change = 0;  // the count of changes when the caller was derived
    Caller caller;
    Time not_after;
    Time basis_expires;  // when the user or a role expires
  };
  Result<Caller> Derive(const Certificate& leaf, Time& basis_expires);
  Result<Caller> DeriveUser(Identity identity, Time& basis_expires);
  Status CheckLocks(const Caller& caller) const;

  Backend& backend_;
  const Authorities& authorities_;
  const Locks& locks_;
  const std::string own_host_;
  ChangeCounter changes_;  // of users and roles
  Mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Known>> known_ GUARDED_BY(mutex_);  // by PEM
};

}  // namespace sallyport
