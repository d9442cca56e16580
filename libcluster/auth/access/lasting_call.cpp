#include "libcluster/auth/access/lasting_call.h"

#include "libcluster/auth/trust/locks.h"
#include "libcluster/backend/store.h"
#include "libresources/access/access.h"

namespace sallyport {

Status CheckStillServed(const Locks& locks, const Caller& caller) {
  if (caller.kind != Caller::Kind::kUser) return {};
  if (caller.identity.expires <= Now()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: the certificate has expired, log in again");
  }
  return locks.Check(caller.identity);
}

std::vector<std::string> AccessKeys(const Caller& caller) {
  if (caller.kind != Caller::Kind::kUser) return {};
  std::vector<std::string> keys{ResourceKey("user", caller.identity.username)};
  for (const std::string& role : caller.access->RoleNames()) keys.push_back(ResourceKey("role", role));
  return keys;
}

}  // namespace sallyport
