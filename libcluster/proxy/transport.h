// Connects clients to nodes: teleport.transport.v1.TransportService (docs/protocol/services.md#transport).
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
  // Opens a connection to this cluster's auth service for ProxyCluster, with `remote_address` as the client's address.
  std::function<Result<UniqueFd>(const std::string& remote_address)> dial_auth;
};

// Adds the service's rows. All arguments must outlive the table.
void AddTransportMethods(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth, AuditQueue& audit,
                         TransportOptions options);

}  // namespace sallyport
