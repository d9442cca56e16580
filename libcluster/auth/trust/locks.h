// Checks identities against the cluster's locks and removed hosts: when a certificate is issued and when it is used.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libcluster/backend/change_counter.h"
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
    std::uint64_t change = 0;  // the count of changes when the locks were read
    std::vector<types::LockV2> locks;
    std::unordered_set<std::string> removed_hosts;
  };
  // Returns the current locks. Fails, so that nothing is allowed, when they cannot be read.
  Result<std::shared_ptr<const Known>> Current() const;
  // Returns what is known, if it is of that count of changes or a later one.
  std::shared_ptr<const Known> KnownAt(std::uint64_t change) const;

  Backend& backend_;
  const std::string cluster_name_;
  const std::unique_ptr<ChangeCounter> changes_;
  mutable std::mutex reading_;  // held by the one that reads
  mutable std::mutex mutex_;    // of known_
  mutable std::shared_ptr<const Known> known_;
};

}  // namespace sallyport
