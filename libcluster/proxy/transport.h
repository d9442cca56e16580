// The proxy's way to nodes: teleport.transport.v1.TransportService (docs/protocol/services.md#transport).
#pragma once

#include <functional>
#include <memory>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/rpc/caller.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuditQueue;
class AuthServer;
class SshRouter;

struct TransportOptions {
  std::shared_ptr<SshRouter> router;
  // Opens a connection to the auth service of this cluster for ProxyCluster: as if it came from `remote_address`.
  std::function<Result<UniqueFd>(const std::string& remote_address)> dial_auth;
};

// Adds the service's rows. Everything given must outlive the table.
void AddTransportMethods(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth, AuditQueue& audit,
                         TransportOptions options);

}  // namespace sallyport
