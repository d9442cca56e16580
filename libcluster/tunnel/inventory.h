// What runs of this cluster, and where: this process, and the agents that are connected
// (docs/protocol/auth-api.md#inventory); and the end of a host.
#pragma once

#include <string>
#include <vector>

#include "libcluster/tunnel/tunnel_service.h"

namespace sallyport {

// Adds the rows; `own` is this process. What is given must outlive the table.
void AddInventoryMethods(RpcTable& table, const TunnelParts& parts, AgentFacts own);

}  // namespace sallyport
