// Locks: who and what may not use the cluster for now. Checked when a certificate is issued and when one is used.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libidentity/identity.h"

namespace types {
class LockV2;
}

namespace sallyport {

// The locks of the cluster, in memory. Safe from several threads.
class Locks {
 public:
  explicit Locks(Backend& backend) : backend_(backend) {}
  // Reads all locks again; call it after every change.
  Status Reload();
  // kAccessDenied "lock targeting User:"alice" is in force[: message]" when a lock that has not expired names anything
  // that this identity is: its user, a role, a login, its device, ...
  Status Check(const Identity& identity) const;

 private:
  Backend& backend_;
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<types::LockV2>> locks_;
};

}  // namespace sallyport
