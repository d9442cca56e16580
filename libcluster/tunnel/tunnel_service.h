// sallyport.v1.TunnelService: the agents that have joined from elsewhere and are connected now.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libcluster/net/event_loop.h"
#include "libcluster/rpc_table.h"
#include "libcluster/thread_pool.h"
#include "libcluster/tunnel/remote_agent.h"

namespace sallyport {

class AuditQueue;
class AuthServer;

// Safe from several threads.
class ConnectedAgents {
 public:
  // Returns the agent of a host, or nullptr. The latest connection of a host wins.
  std::shared_ptr<RemoteAgent> Find(const std::string& host_id) const;
  // Returns a Kubernetes cluster that one of them serves, or nullptr.
  std::shared_ptr<const KubeClusterInfo> FindKube(std::string_view cluster) const;
  // Returns what all of them are.
  std::vector<AgentFacts> All() const;
  void Add(const std::shared_ptr<RemoteAgent>& agent);
  void Remove(const std::shared_ptr<RemoteAgent>& agent);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<RemoteAgent>> by_host_;
};

struct TunnelParts {
  EventLoop& loop;
  ThreadPool& threads;
  AuthServer& auth;
  AuditQueue& audit;
  ConnectedAgents& agents;
};

// Adds the service's rows. What the parts refer to must outlive the table.
void AddTunnelMethods(RpcTable& table, const TunnelParts& parts);

}  // namespace sallyport
