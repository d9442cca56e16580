#include "libcluster/kube/served_clusters.h"

namespace sallyport {

ServedClusters::ServedClusters(const std::vector<KubeClusterInfo>& configured) {
  const MutexLock lock(mutex_);
  for (const auto& cluster : configured) {
    configured_.insert(cluster.name);
    clusters_[cluster.name] = std::make_shared<const KubeClusterInfo>(cluster);
  }
}

std::shared_ptr<const KubeClusterInfo> ServedClusters::Find(std::string_view name) const {
  const MutexLock lock(mutex_);
  const auto found = clusters_.find(name);
  return found == clusters_.end() ? nullptr : found->second;
}

std::vector<KubeClusterInfo> ServedClusters::All() const {
  const MutexLock lock(mutex_);
  std::vector<KubeClusterInfo> all;
  for (const auto& [name, cluster] : clusters_) all.push_back(*cluster);
  return all;
}

std::set<std::string> ServedClusters::Names() const {
  const MutexLock lock(mutex_);
  std::set<std::string> names;
  for (const auto& [name, cluster] : clusters_) names.insert(name);
  return names;
}

void ServedClusters::Put(KubeClusterInfo cluster) {
  if (IsConfigured(cluster.name)) return;
  const MutexLock lock(mutex_);
  const std::string name = cluster.name;
  clusters_[name] = std::make_shared<const KubeClusterInfo>(std::move(cluster));
}

void ServedClusters::Remove(const std::string& name) {
  if (IsConfigured(name)) return;
  const MutexLock lock(mutex_);
  clusters_.erase(name);
}

}  // namespace sallyport
