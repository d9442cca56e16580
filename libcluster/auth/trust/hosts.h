// Stores the auth service's own records of joined hosts: the group of the token that they joined with, and the hosts
// that were removed for good.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

// Returns the group of a token's hosts, a name that does not reveal the token. Hosts of one group may serve the same
// Kubernetes cluster (tunnel/kube_names.h).
std::string HostGroupOfToken(std::string_view token);

// Adds a host's membership of a group to a transaction; it expires a month after the host's certificates.
void PutHostGroup(BackendTransaction& transaction, std::string_view host_id, std::string_view group, Time expires);
// Returns the backend's key of a host's group.
std::string HostGroupKey(std::string_view host_id);
// Returns the group of a host, or the host's own id when the group is unknown.
Result<std::string> HostGroup(Backend& backend, std::string_view host_id);

// Returns the backend's key of the discovery group that a host is bound to (auth/discovery/discovery_binding.h).
std::string DiscoveryGroupKey(std::string_view host_id);

// Returns the hosts that were removed.
Result<std::unordered_set<std::string>> RemovedHosts(Backend& backend);
inline constexpr std::string_view kRemovedHosts = "/removed_hosts/";

// Owners of the names of Kubernetes clusters: by name, "HOST_ID GROUP" (tunnel/kube_names.h).
inline constexpr std::string_view kKubeNameClaims = "/kube_names/";

}  // namespace sallyport
