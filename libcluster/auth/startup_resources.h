// Writes the resources of a file into the cluster at each start, over earlier changes: `teleport start
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

// Writes resources as the user "system", in an order in which users find their roles, by the methods of clients, with
// their checks and events. Skips resources that are stored unchanged, except bots and users with secrets, and settings
// that the configuration file has. Fails with the first refused resource; earlier ones stay written.
Status ApplyOnStartup(AuthServer& auth, const RpcTable& methods, std::vector<Resource> resources);

}  // namespace sallyport
