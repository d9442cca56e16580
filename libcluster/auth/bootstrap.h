// Fills an empty cluster from a backup: `teleport start --bootstrap`.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/users/local_users.h"
#include "libcluster/backend/backend.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// Reads the resources of a file, YAML or JSON. Fails as ReadFile does, and with kBadParameter or kNotImplemented
// ("FILE:LINE: reason") for an invalid resource, or a kind that a bootstrap file cannot have.
Result<std::vector<Resource>> ReadBootstrap(const std::string& path);

// Writes the resources into an empty cluster, all or none: users with their passwords and devices, the authorities of
// this cluster with their keys. Returns false, and changes nothing, when the cluster already has authorities: it has
// been started before. Fails with kBadParameter for a user without its role, and for authorities with keys of another
// cluster.
Result<bool> Bootstrap(Backend& backend, LocalUsers& users, const std::string& cluster_name,
                       const std::vector<Resource>& resources);

}  // namespace sallyport
