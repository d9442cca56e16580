// Locks: who and what may not use the cluster for now, and the hosts that may not use it ever again. Checked when a
// certificate is issued and when one is used.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
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
  Locks(Backend& backend, std::string cluster_name) : backend_(backend), cluster_name_(std::move(cluster_name)) {}
  // Reads all locks and the removed hosts again; call it after every change.
  Status Reload();
  // kAccessDenied "lock targeting User:"alice" is in force[: message]" when a lock that has not expired names anything
  // that this identity is: its user, a role, a login, its device, ...
  Status Check(const Identity& identity) const;
  // The same for a host: a lock names it as a server (by its id, or "ID.CLUSTER"), or it was removed for good.
  Status CheckHost(std::string_view host_id) const;

 private:
  struct Known {
    std::vector<types::LockV2> locks;
    std::unordered_set<std::string> removed_hosts;
  };
  Result<std::shared_ptr<const Known>> Current() const;

  Backend& backend_;
  const std::string cluster_name_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Known> known_;
};

}  // namespace sallyport
