// Checks identities against the cluster's locks and removed hosts: when a certificate is issued and when it is used.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libcluster/backend/followed.h"
#include "libidentity/identity.h"

namespace types {
class LockV2;
}

namespace sallyport {

// The locks of the cluster, in memory. Safe from several threads.
class Locks {
 public:
  // The backend must outlive the object, which follows its changes.
  Locks(Backend& backend, std::string cluster_name);
  // Reads the locks and the removed hosts again when they have changed. Checks do the same, and wait for it.
  Status Refresh();
  // Fails with kAccessDenied "lock targeting User:"alice" is in force[: message]" when an unexpired lock names a part
  // of this identity: its user, a role, a login, its device, ...
  Status Check(const Identity& identity) const;
  // Fails with kAccessDenied when a lock names the host as a server (by its id, or "ID.CLUSTER"), or the host was
  // removed for good.
  Status CheckHost(std::string_view host_id) const;

 private:
  struct Known {
    std::vector<types::LockV2> locks;
    std::unordered_set<std::string> removed_hosts;
  };

  const std::string cluster_name_;
  // Nothing is allowed when the locks cannot be read.
  mutable Followed<Known> known_;
};

}  // namespace sallyport
