// The kube_cluster resources that discovery services write: those of the clusters that they have found in clouds. A
// service writes its own group's, and nothing else (docs/protocol/discovery.md#ownership).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libcluster/rpc/caller.h"

namespace types {
class KubernetesClusterV3;
}

namespace sallyport {

class AuthServer;

// Returns whether a resource is of a discovery service of a group; the group of services without one is "".
bool IsDiscoveredBy(const types::KubernetesClusterV3& cluster, std::string_view group);

// Returns the resource to store, built from the fields that a service of the group may set. Fails with kBadParameter:
// no or several clouds, credentials, labels of the system that are none of discovery's, another group, too large.
Result<types::KubernetesClusterV3> AdmitDiscovered(const types::KubernetesClusterV3& said, std::string_view group);

// Creates or updates a resource of the group; without a difference nothing is written. A resource of services without a
// group goes over to a group that has found the same cluster of the cloud. Fails as AdmitDiscovered does, and with
// kAlreadyExists when the name is of another origin or group.
Status PutDiscovered(AuthServer& auth, const Caller& by, std::string_view group,
                     const types::KubernetesClusterV3& said);

// Removes a resource of the group. Fails with kNotFound, and with kAccessDenied when it is another's.
Status RemoveDiscovered(AuthServer& auth, const Caller& by, std::string_view group, const std::string& name);

// Returns the resources of the group among the next ones after `start`, without credentials, and the start of the next
// page ("" at the end).
Result<std::pair<std::vector<types::KubernetesClusterV3>, std::string>> ListDiscovered(Backend& backend,
                                                                                       std::string_view group,
                                                                                       std::string_view start);

}  // namespace sallyport
