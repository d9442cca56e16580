// What the auth service keeps of hosts that have joined, beside what they announce: by which token they joined, and
// which of them were removed for good.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

// Hosts that joined by one token are of one group: they may serve the same Kubernetes cluster (tunnel/kube_names.h).
// Returns a name of the group from which nobody learns the token.
std::string HostGroupOfToken(std::string_view token);

// Adds to a transaction that a host is of a group, for as long as its certificates are good and a month more.
void PutHostGroup(BackendTransaction& transaction, std::string_view host_id, std::string_view group, Time expires);
// Returns the backend's key of a host's group.
std::string HostGroupKey(std::string_view host_id);
// Returns the group of a host; its own id when that is not known.
Result<std::string> HostGroup(Backend& backend, std::string_view host_id);

// Returns the hosts that were removed.
Result<std::unordered_set<std::string>> RemovedHosts(Backend& backend);
inline constexpr std::string_view kRemovedHosts = "/removed_hosts/";

// Where it is kept whose the names of Kubernetes clusters are: by name, "HOST_ID GROUP" (tunnel/kube_names.h).
inline constexpr std::string_view kKubeNameClaims = "/kube_names/";

}  // namespace sallyport
