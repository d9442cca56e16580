#include "libcluster/kube/configured.h"

namespace sallyport {

Result<ConfiguredKube> KubeOf(const TeleportConfig& config, const PodEnvironment& pod) {
  ConfiguredKube kube;
  if (!config.kubernetes.enabled) return kube;
  if (!config.kubernetes.kubeconfig_file.empty()) {
    ASSIGN_OR_RETURN(kube.upstreams, LoadKubeconfig(config.kubernetes.kubeconfig_file));
  } else {
    ASSIGN_OR_RETURN(kube.upstreams.emplace_back(), InClusterUpstream(config.kubernetes.kube_cluster_name, pod));
  }
  for (const auto& upstream : kube.upstreams) kube.clusters.push_back({upstream.name, config.kubernetes.labels});
  return kube;
}

FindKubeCluster FindAmong(const std::vector<KubeClusterInfo>& clusters) {
  std::vector<std::shared_ptr<const KubeClusterInfo>> kept;
  for (const auto& cluster : clusters) kept.push_back(std::make_shared<const KubeClusterInfo>(cluster));
  return [kept = std::move(kept)](std::string_view name) -> std::shared_ptr<const KubeClusterInfo> {
    for (const auto& cluster : kept) {
      if (cluster->name == name) return cluster;
    }
    return nullptr;
  };
}

}  // namespace sallyport
