#include "libcluster/tunnel/connected_agents.h"

namespace sallyport {

std::shared_ptr<RemoteAgent> ConnectedAgents::Find(const std::string& host_id) const {
  const MutexLock lock(mutex_);
  const auto found = by_host_.find(host_id);
  return found == by_host_.end() ? nullptr : found->second;
}

std::shared_ptr<const KubeClusterInfo> ConnectedAgents::FindKube(std::string_view cluster) const {
  const MutexLock lock(mutex_);
  for (const auto& [host_id, agent] : by_host_) {
    for (auto& served : agent->KubeClusters()) {
      if (served->name == cluster) return served;
    }
  }
  return nullptr;
}

std::vector<AgentFacts> ConnectedAgents::All() const {
  const MutexLock lock(mutex_);
  std::vector<AgentFacts> all;
  for (const auto& [host_id, agent] : by_host_) all.push_back(agent->facts());
  return all;
}

void ConnectedAgents::Add(const std::shared_ptr<RemoteAgent>& agent) {
  MutexLock lock(mutex_);
  const auto earlier = std::exchange(by_host_[agent->facts().host_id], agent);
  lock.Unlock();
  if (earlier) earlier->EndCall();
}

void ConnectedAgents::Remove(const std::shared_ptr<RemoteAgent>& agent) {
  const MutexLock lock(mutex_);
  const auto found = by_host_.find(agent->facts().host_id);
  if (found != by_host_.end() && found->second == agent) by_host_.erase(found);
}

void ConnectedAgents::RemoveAll() {
  std::map<std::string, std::shared_ptr<RemoteAgent>> all;
  {
    const MutexLock lock(mutex_);
    all.swap(by_host_);
  }
  for (const auto& [host_id, agent] : all) agent->Leave();
}

void ConnectedAgents::KeepKubeNames(std::set<std::string> names) {
  const MutexLock lock(mutex_);
  kept_names_ = std::move(names);
}

bool ConnectedAgents::KeepsKubeName(const std::string& name) const {
  const MutexLock lock(mutex_);
  return kept_names_.contains(name);
}

}  // namespace sallyport
