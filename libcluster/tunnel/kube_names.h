// Assigns the names of Kubernetes clusters that agents announce. A name belongs to the host that announced it first,
// and to hosts that joined with the same token; other hosts get the name a day after the last owner was connected, or
// when that host is removed.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

inline constexpr std::chrono::hours kKubeNameKept{24};

// A name that a host does not get, and the owner of the name.
struct KubeNameTaken {
  std::string name;
  std::string host_id;
};

// Claims or renews names for a host. Returns the names that belong to other hosts.
Result<std::vector<KubeNameTaken>> ClaimKubeNames(Backend& backend, const std::string& host_id,
                                                  const std::vector<std::string>& names, Time now);

}  // namespace sallyport
