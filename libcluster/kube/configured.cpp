#include "libcluster/kube/configured.h"

#include "libbase/log.h"
#include "libcluster/kube/upstream_pool.h"

namespace sallyport {
namespace {

void LeaveOut(const std::string& context, const Error& reason) {
  Log(LogLevel::kWarning, "a context of the kubeconfig is left out",
      {{"context", context}, {"error", reason.message}, {"hint", reason.hint}});
}

}  // namespace

Result<ConfiguredKube> KubeOf(const TeleportConfig& config, const PodEnvironment& pod) {
  ConfiguredKube kube;
  if (!config.kubernetes.enabled) return kube;
  if (!config.kubernetes.kubeconfig_file.empty()) {
    ASSIGN_OR_RETURN(KubeconfigContexts kubeconfig, LoadKubeconfig(config.kubernetes.kubeconfig_file));
    for (const auto& [name, reason] : kubeconfig.unusable) LeaveOut(name, reason);
    for (auto& endpoint : kubeconfig.endpoints) {
      if (const Status usable = CheckCredentials(endpoint); !usable) {
        LeaveOut(endpoint.name, usable.error());
      } else {
        kube.endpoints.push_back(std::move(endpoint));
      }
    }
  } else if (!config.kubernetes.kube_cluster_name.empty()) {
    ASSIGN_OR_RETURN(kube.endpoints.emplace_back(), InClusterEndpoint(config.kubernetes.kube_cluster_name, pod));
  }
  for (const auto& endpoint : kube.endpoints) kube.clusters.push_back({endpoint.name, config.kubernetes.labels});
  return kube;
}

}  // namespace sallyport
