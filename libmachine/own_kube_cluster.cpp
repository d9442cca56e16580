#include "libmachine/own_kube_cluster.h"

#include <algorithm>

#include "libbase/file.h"
#include "libbase/trim.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr const char* kNamespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
constexpr std::size_t kMaxNamespace = 256;
constexpr std::size_t kMaxKubeconfig = 4 << 20;
constexpr const char* kOwnCluster = "the API server";

Result<KubeEndpoint> CurrentContext(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxKubeconfig));
  ASSIGN_OR_RETURN(const Value config, ParseKubeconfig(text, path));
  const std::string current = TextAt(config, "current-context");
  const auto& contexts = config.Find("contexts")->as_list();
  const auto found = std::ranges::find_if(contexts, [&](const Value& one) { return TextAt(one, "name") == current; });
  if (found == contexts.end()) {
    return FailWithHint(ErrorKind::kNotFound, fmt::format("{}: the current context \"{}\" is missing", path, current),
                        "choose one: kubectl config use-context NAME");
  }

  const auto slash = path.rfind('/');
  ASSIGN_OR_RETURN(KubeEndpoint endpoint,
                   ReadKubeContext(config, *found, {path, slash == std::string::npos ? "." : path.substr(0, slash)}));
  endpoint.name = kOwnCluster;
  return endpoint;
}

}  // namespace

Result<KubeEndpoint> OwnKubeEndpoint(const std::string& kubeconfig, const EnvironmentReader& environment) {
  const std::string path = kubeconfig.empty() ? environment("KUBECONFIG") : kubeconfig;
  if (!path.empty()) return CurrentContext(path);
  const PodEnvironment pod{environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT")};
  if (!pod.service_host.empty()) return InClusterEndpoint(kOwnCluster, pod);
  return FailWithHint(ErrorKind::kBadParameter, "there is no API server: this process does not run in a pod",
                      "set -kubeconfig or KUBECONFIG outside of Kubernetes");
}

Result<std::string> OwnKubeNamespace(const std::string& given, const EnvironmentReader& environment) {
  if (!given.empty()) return given;
  if (std::string name = environment("POD_NAMESPACE"); !name.empty()) return name;
  if (const auto text = ReadFile(kNamespaceFile, kMaxNamespace)) return std::string(Trimmed(*text));
  return FailWithHint(ErrorKind::kBadParameter, "the namespace is unknown", "set -namespace or POD_NAMESPACE");
}

}  // namespace sallyport
