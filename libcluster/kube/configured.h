// Reads the Kubernetes clusters that this process serves from a configuration.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/config/teleport_config.h"
#include "libcluster/kube/cluster_info.h"
#include "libkube/endpoint.h"

namespace sallyport {

struct ConfiguredKube {
  std::vector<KubeEndpoint> endpoints;
  std::vector<KubeClusterInfo> clusters;  // names as in `endpoints`, with the labels that roles see
};

// Reads the kubeconfig, or uses the service account of the pod. Returns none without a kubernetes_service, and for one
// that serves resources alone. Leaves out
// unusable contexts of the kubeconfig, with a warning in the log. Fails as LoadKubeconfig and InClusterEndpoint do.
Result<ConfiguredKube> KubeOf(const TeleportConfig& config, const PodEnvironment& pod);

}  // namespace sallyport
