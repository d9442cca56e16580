#include "tools/tsh/kube_setup.h"

#include <algorithm>
#include <filesystem>

#include "libbase/address.h"
#include "libclient/listing.h"
#include "tools/shell/exec.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

Result<std::string> ContextNameOf(const std::string& pattern, const std::string& cluster, const std::string& kube) {
  auto name = KubeContextNameBy(pattern, cluster, kube);
  if (name) return name;
  return FailWithHint(ErrorKind::kUsage, fmt::format("--set-context-name cannot be \"{}\"", pattern),
                      name.error().hint);
}

}  // namespace

Status AddKubeAddress(const Profile& profile, KubeEntry& entry) {
  if (profile.kube_proxy_addr.empty()) {
    return Fail(ErrorKind::kNotFound, "the proxy {} does not serve Kubernetes", profile.Name());
  }
  ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(profile.kube_proxy_addr, 3026));
  entry.server = "https://" + FormatHostPort(address);
  if (profile.tls_routing_enabled) entry.tls_server_name = KubeTlsServerName(address.host);
  return {};
}

namespace {

Result<KubeEntry> EntryFor(const Invocation& invocation, const Session& session, const std::string& kube,
                           const KubeSetup& setup) {
  const Profile& profile = session.profile;
  KubeEntry entry;
  entry.teleport_cluster = ClusterOf(invocation, profile);
  entry.kube_cluster = kube;
  RETURN_IF_ERROR(AddKubeAddress(profile, entry));
  ASSIGN_OR_RETURN(entry.authorities_pem, AuthoritiesOf(session, profile.load_all_cas ? "" : session.root_cluster));
  entry.command = OwnPath(invocation.executable);
  entry.arguments = {"kube", "credentials", "--kube-cluster=" + kube, "--teleport-cluster=" + entry.teleport_cluster,
                     "--proxy=" + profile.web_proxy_addr};
  if (!session.identity_path.empty()) {
    std::error_code failed;
    entry.arguments.push_back("--identity=" + std::filesystem::absolute(session.identity_path, failed).string());
  }
  if (GivenToProgram<TshOptions>(invocation).insecure) entry.arguments.emplace_back("--insecure");
  entry.home = invocation.Env("TELEPORT_HOME");
  ASSIGN_OR_RETURN(entry.context_name, ContextNameOf(setup.context_name, entry.teleport_cluster, kube));
  entry.name_space = setup.name_space;
  entry.impersonate = setup.impersonate;
  entry.impersonate_groups = setup.impersonate_groups;
  return entry;
}

std::string ContextOf(const KubeEntry& entry) {
  return entry.context_name.empty() ? KubeContextName(entry.teleport_cluster, entry.kube_cluster) : entry.context_name;
}

// Returns the path of the kubeconfig with this cluster alone, next to the files of the login.
Status WriteOwnConfig(const Session& session, const KubeEntry& entry) {
  if (!session.identity_path.empty()) return {};
  if (!IsSafePathPart(entry.kube_cluster)) {
    return Fail(ErrorKind::kBadParameter, "the name of the cluster \"{}\" cannot be the name of a file",
                entry.kube_cluster);
  }
  Kubeconfig own;
  own.Add(entry);
  own.Select(ContextOf(entry), entry.teleport_cluster);
  return WriteKubeconfig(session.paths.KubeConfig(entry.teleport_cluster, entry.kube_cluster), own);
}

}  // namespace

Status AddKubeClusters(const Invocation& invocation, const Session& session, const std::vector<std::string>& names,
                       const KubeSetup& setup) {
  std::vector<KubeEntry> entries;
  for (const auto& name : names) {
    ASSIGN_OR_RETURN(entries.emplace_back(), EntryFor(invocation, session, name, setup));
    RETURN_IF_ERROR(WriteOwnConfig(session, entries.back()));
  }
  return UpdateKubeconfig(KubeconfigOf(invocation), [&](Kubeconfig& config) -> Status {
    for (const auto& entry : entries) config.Add(entry);
    if (setup.select && !entries.empty()) config.Select(ContextOf(entries.back()), entries.back().teleport_cluster);
    return {};
  });
}

Status SetUpKubeCluster(const Invocation& invocation, const Session& session, const std::string& name,
                        const KubeSetup& setup, const ListFilter& filter) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  ASSIGN_OR_RETURN(const auto clusters, ListKubeClusters(*rpc, filter));
  if (std::ranges::find(clusters, name, &KubeClusterItem::name) == clusters.end()) {
    return FailWithHint(ErrorKind::kNotFound,
                        fmt::format("your roles give access to no Kubernetes cluster \"{}\"", name),
                        "list the Kubernetes clusters: tsh kube ls");
  }
  return AddKubeClusters(invocation, session, {name}, setup);
}

}  // namespace sallyport
