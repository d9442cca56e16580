// sallyport.v1.TunnelService: the proxy's side of tunnels to agents on other hosts.
#pragma once

#include "libcluster/net/event_loop.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/rpc/rpc_table.h"
#include "libcluster/tunnel/connected_agents.h"

namespace sallyport {

class AuditQueue;
class AuthServer;

struct TunnelParts {
  EventLoop& loop;
  ThreadPool& threads;
  AuthServer& auth;
  AuditQueue& audit;
  ConnectedAgents& agents;
};

// Adds the service's rows. The references in the parts must outlive the table.
void AddTunnelMethods(RpcTable& table, const TunnelParts& parts);

}  // namespace sallyport
