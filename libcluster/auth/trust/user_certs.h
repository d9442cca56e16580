// Issues the SSH and TLS certificates of users, with the lifetime, logins and Kubernetes principals that the roles
// allow. Rules: docs/protocol/certificates.md, docs/protocol/auth-api.md#user-certificates.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/auth/trust/authorities.h"
#include "libcluster/auth/trust/locks.h"
#include "libidentity/identity.h"
#include "libidentity/keys.h"

namespace sallyport {

class AccessChecker;

struct UserCertsRequest {
  std::shared_ptr<const AccessChecker> access;  // of the user, with the roles that the certificate gets
  Traits traits;                                // as the certificate carries them
  // The parts of the certificate that do not come from roles: route, Kubernetes cluster, usage, login IP, impersonator,
  // ...
  Identity base;
  std::optional<PublicKey> ssh_key;  // at least one of the two
  std::optional<PublicKey> tls_key;
  Nanoseconds ttl{};
  bool ignore_role_ttl = false;    // the built-in Admin may exceed the roles' lifetime
  std::optional<Time> later_than;  // the TLS certificate's time of issue is a later second, if need be the next
  std::string ssh_login;           // the login to keep when the logins are too many for OpenSSH
  std::string format;              // "standard" or "oldssh"; empty: what the roles say
};

struct UserCerts {
  std::string ssh;  // authorized_keys line with newline; empty when no key was sent
  std::string tls;  // PEM; empty when no key was sent
  Identity identity;
};

class UserCertIssuer {
 public:
  UserCertIssuer(const Authorities& authorities, const Locks& locks) : authorities_(authorities), locks_(locks) {}

  // Issues the certificates. Fails with kAccessDenied: locked, no role admits the lifetime, no logins. Fails with
  // kBadParameter: no key, a key policy that this key does not meet.
  Result<UserCerts> Issue(const UserCertsRequest& request) const;

 private:
  Result<Identity> BuildIdentity(const UserCertsRequest& request, Nanoseconds ttl) const;

  const Authorities& authorities_;
  const Locks& locks_;
};

}  // namespace sallyport
