// The Kubernetes clusters that a configuration says this process serves.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/config/teleport_config.h"
#include "libcluster/kube/cluster_info.h"
#include "libcluster/kube/upstream.h"

namespace sallyport {

struct ConfiguredKube {
  std::vector<KubeUpstream> upstreams;
  std::vector<KubeClusterInfo> clusters;  // names as in `upstreams`, with the labels that roles see
};

// Reads the kubeconfig, or uses the service account of the pod. None without a kubernetes_service. A context of the
// kubeconfig that cannot be used is left out, with a warning in the log. Fails as LoadKubeconfig and InClusterUpstream
// do.
Result<ConfiguredKube> KubeOf(const TeleportConfig& config, const PodEnvironment& pod);

// Finds clusters among some.
FindKubeCluster FindAmong(const std::vector<KubeClusterInfo>& clusters);

}  // namespace sallyport
