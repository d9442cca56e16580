// Methods that list the cluster's instances, this process and the connected agents
// (docs/protocol/auth-api.md#inventory), and that remove a host.
#pragma once

#include <string>
#include <vector>

#include "libcluster/tunnel/tunnel_service.h"

namespace sallyport {

// Adds the rows; `own` is this process. The arguments must outlive the table.
void AddInventoryMethods(RpcTable& table, const TunnelParts& parts, AgentFacts own);

}  // namespace sallyport
