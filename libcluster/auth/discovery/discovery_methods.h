// The methods of discovery services on other hosts (proto/sallyport/v1/discovery.proto).
#pragma once

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/discovery/discovery_services.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

// Adds the rows. Hosts that have joined with the role Discovery may call them, for the group that they are bound to;
// ListServices is for those who may list instances. The arguments must outlive the table.
void AddDiscoveryServiceMethods(RpcTable& table, AuthServer& auth, DiscoveryServices& services);

}  // namespace sallyport
