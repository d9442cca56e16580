// Locks: who and what may not use the cluster for now, and the hosts that may not use it ever again. Checked when a
// certificate is issued and when one is used.
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
  // Reads the locks and the removed hosts again if they have changed. Checks do it too, and wait for it.
  Status Refresh();
  // kAccessDenied "lock targeting User:"alice" is in force[: message]" when a lock that has not expired names anything
  // that this identity is: its user, a role, a login, its device, ...
  Status Check(const Identity& identity) const;
  // The same for a host: a lock names it as a server (by its id, or "ID.CLUSTER"), or it was removed for good.
  Status CheckHost(std::string_view host_id) const;

 private:
  struct Known {
    std::uint64_t change = 0;  // the count of changes when it was read
    std::vector<types::LockV2> locks;
    std::unordered_set<std::string> removed_hosts;
  };
  // Returns the locks as they are. Fails, so that nothing is allowed, when they cannot be read.
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
