// A backup that fills an empty cluster: `teleport start --bootstrap`.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/users/local_users.h"
#include "libcluster/backend/backend.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// Reads the resources of a file, YAML or JSON. Fails as ReadFile does, and with kBadParameter or kNotImplemented
// ("FILE:LINE: reason") for a resource that is none, or of a kind that no cluster begins with.
Result<std::vector<Resource>> ReadBootstrap(const std::string& path);

// Writes the resources into a cluster that has none, all or nothing: users with the passwords and devices that they
// bring, the authorities of this cluster with their keys. Returns false, and changes nothing, when the cluster has
// authorities already: it has been started before. kBadParameter for a user without its role, and for authorities with
// keys of another cluster.
Result<bool> Bootstrap(Backend& backend, LocalUsers& users, const std::string& cluster_name,
                       const std::vector<Resource>& resources);

}  // namespace sallyport
