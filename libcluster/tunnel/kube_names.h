// Whose the names of Kubernetes clusters are, as agents announce them. A name is that of the host which announced it
// first, and of hosts that have joined by the same token; others do not get it until a day after the last of them was
// there, or until that host is removed.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

inline constexpr std::chrono::hours kKubeNameKept{24};

// A name that a host does not get, and whose it is.
struct KubeNameTaken {
  std::string name;
  std::string host_id;
};

// Takes names for a host, or keeps those it has. Returns the ones that are somebody else's.
Result<std::vector<KubeNameTaken>> ClaimKubeNames(Backend& backend, const std::string& host_id,
                                                  const std::vector<std::string>& names, Time now);

}  // namespace sallyport
