// Serves the Kubernetes clusters of kube_cluster resources that kubernetes_service.resources selects, as they come,
// change and go.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "libbase/stop_signal.h"
#include "libcluster/auth_client/agent_auth.h"
#include "libcluster/kube/forwarder.h"
#include "libcluster/kube/served_clusters.h"
#include "libresources/matching/labels.h"

namespace types {
class KubernetesClusterV3;
}

namespace sallyport {

class DynamicClusters {
 public:
  struct Parts {
    AgentAuth& auth;
    ServedClusters& served;
    KubeForwarder& forwarder;
    // Called by the thread after clusters have come, changed or gone.
    std::function<void()> changed;
  };
  // Starts a thread that follows the resources; a lost connection to the auth service changes nothing that is served.
  DynamicClusters(std::vector<LabelSelector> selectors, Parts parts);
  // Stops the thread; what is served stays.
  ~DynamicClusters();
  DynamicClusters(const DynamicClusters&) = delete;
  DynamicClusters& operator=(const DynamicClusters&) = delete;

 private:
  void Run();
  void Take(const v1::FollowedKubeClusters& changes);
  bool Put(const types::KubernetesClusterV3& cluster);
  bool Remove(const std::string& name);
  bool RemoveUnlisted();

  const std::vector<LabelSelector> selectors_;
  const Parts parts_;
  // The rest is the thread's.
  std::map<std::string, std::string> known_;  // by name: the content that was last taken
  std::set<std::string> listed_;              // names since the call began, until the list is complete
  bool complete_ = false;
  StopSignal stop_;
  std::thread thread_;  // last: it uses what stands above
};

}  // namespace sallyport
