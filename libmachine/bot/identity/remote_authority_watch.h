// Watches the authorities of a cluster by WatchEvents (docs/protocol/auth-api.md#watching).
#pragma once

#include <memory>
#include <string>

#include "libclient/rpc.h"
#include "libmachine/bot/identity/bot_cluster.h"

namespace sallyport {

// Begins a watch on a connection of its own. The options are those of the caller; their network's stop descriptor ends
// the watch. Fails as OpenGrpcStream does.
Result<std::unique_ptr<AuthorityWatch>> WatchRemoteAuthorities(const RpcOptions& options, const std::string& cluster);

}  // namespace sallyport
