// The agents that have joined from elsewhere and are connected now.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libcluster/tunnel/remote_agent.h"

namespace sallyport {

// Safe from several threads.
class ConnectedAgents {
 public:
  // Returns the agent of a host, or nullptr.
  std::shared_ptr<RemoteAgent> Find(const std::string& host_id) const;
  // Returns a Kubernetes cluster that one of them serves, or nullptr.
  std::shared_ptr<const KubeClusterInfo> FindKube(std::string_view cluster) const;
  // Returns what all of them are.
  std::vector<AgentFacts> All() const;

  // A host has one agent: the call of an earlier one ends.
  void Add(const std::shared_ptr<RemoteAgent>& agent);
  void Remove(const std::shared_ptr<RemoteAgent>& agent);
  // All leave, as this process ends: nobody waits for them any more.
  void RemoveAll();

  // The Kubernetes clusters that this process serves itself: their names are no agent's.
  void KeepKubeNames(std::set<std::string> names);
  bool KeepsKubeName(const std::string& name) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<RemoteAgent>> by_host_;
  std::set<std::string> kept_names_;
};

}  // namespace sallyport
