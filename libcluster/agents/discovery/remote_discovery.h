// DiscoveryAuth of an agent on another host.
#pragma once

#include <functional>
#include <memory>

#include "libclient/rpc.h"
#include "libcluster/auth_client/discovery_auth.h"

namespace sallyport {

// `connection` returns the options of calls with the host's present identity; it must outlive the result.
std::unique_ptr<DiscoveryAuth> RemoteDiscovery(std::function<std::shared_ptr<const RpcOptions>()> connection);

}  // namespace sallyport
