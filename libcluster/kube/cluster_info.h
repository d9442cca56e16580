// A Kubernetes cluster that this process gives access to.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "libresources/matching/labels.h"

namespace sallyport {

struct KubeClusterInfo {
  std::string name;
  Labels labels;
  std::string host_id = {};  // of the agent that serves the cluster; empty: this process
};

// Returns a cluster by its name, or nullptr. Safe from several threads.
using FindKubeCluster = std::function<std::shared_ptr<const KubeClusterInfo>(std::string_view name)>;

}  // namespace sallyport
