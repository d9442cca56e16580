// Resources that a cluster has after each of its starts, whatever became of them before: `teleport start
// --apply-on-startup`.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/rpc/rpc_table.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// Reads a file of roles, users, join tokens, bots, cluster_auth_preference and cluster_networking_config; fails as
// ReadResourceFile does.
Result<std::vector<Resource>> ReadStartupResources(const std::string& path);

// Writes resources as the user "system", in an order in which users find their roles, by the methods that clients write
// them with: with their checks and events. A resource that is there already and says the same is not written, but bots,
// and users that bring secrets, always are; a setting that the configuration file decides never is. Fails with the
// first that is refused; those before it stay.
Status ApplyOnStartup(AuthServer& auth, const RpcTable& methods, std::vector<Resource> resources);

}  // namespace sallyport
