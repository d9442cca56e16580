// The Kubernetes clusters that this process serves itself: those of its configuration, and those of resources, which
// come and go.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/mutex.h"
#include "libcluster/kube/cluster_info.h"

namespace sallyport {

// Safe from several threads.
class ServedClusters {
 public:
  explicit ServedClusters(const std::vector<KubeClusterInfo>& configured);

  // Returns a cluster by its name, or nullptr.
  std::shared_ptr<const KubeClusterInfo> Find(std::string_view name) const EXCLUDES(mutex_);
  std::vector<KubeClusterInfo> All() const EXCLUDES(mutex_);
  std::set<std::string> Names() const EXCLUDES(mutex_);
  // Returns whether the configuration has the cluster; it then wins over a resource of the same name.
  bool IsConfigured(const std::string& name) const { return configured_.contains(name); }

  // Adds a cluster of a resource, or replaces it.
  void Put(KubeClusterInfo cluster) EXCLUDES(mutex_);
  // Removes a cluster of a resource. Ignores other names.
  void Remove(const std::string& name) EXCLUDES(mutex_);

 private:
  std::set<std::string> configured_;
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<const KubeClusterInfo>, std::less<>> clusters_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
