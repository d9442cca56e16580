// The connected agents of other hosts.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/mutex.h"
#include "libcluster/tunnel/remote_agent.h"

namespace sallyport {

// Safe from several threads.
class ConnectedAgents {
 public:
  // Returns the agent of a host, or nullptr.
  std::shared_ptr<RemoteAgent> Find(const std::string& host_id) const;
  // Returns a Kubernetes cluster that a connected agent serves, or nullptr.
  std::shared_ptr<const KubeClusterInfo> FindKube(std::string_view cluster) const;
  // Returns the facts of all connected agents.
  std::vector<AgentFacts> All() const;

  // Adds a host's agent; ends the call of the host's earlier agent.
  void Add(const std::shared_ptr<RemoteAgent>& agent);
  void Remove(const std::shared_ptr<RemoteAgent>& agent);
  // Removes all agents at the end of this process and fails their waiting dials.
  void RemoveAll();

  // Reserve the names of the Kubernetes clusters that this process serves itself; agents do not get them.
  void KeepKubeNames(std::set<std::string> names);
  bool KeepsKubeName(const std::string& name) const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<RemoteAgent>> by_host_ GUARDED_BY(mutex_);
  std::set<std::string> kept_names_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
