// The kubernetes_service of an agent: receives requests that the proxy has authorized, and forwards them to the API
// server with this host's credentials.
#include <sys/socket.h>

#include "libbase/log.h"
#include "libbase/socket.h"
#include "libcluster/agents/agent_service.h"
#include "libcluster/kube/announcer.h"
#include "libcluster/kube/configured.h"
#include "libcluster/kube/dynamic_clusters.h"
#include "libcluster/kube/forwarder.h"
#include "libcluster/kube/proxy_decider.h"
#include "libcluster/net/thread_pool.h"
#include "libidentity/trust.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxThreads = 4;

Result<TrustSet> TrustOf(const HostIdentity& identity) {
  std::vector<TrustedAuthority> authorities;
  for (const auto& pem : identity.credentials.tls_authorities) {
    ASSIGN_OR_RETURN(const auto chain, Certificate::ChainFromPem(pem));
    for (const auto& certificate : chain) authorities.push_back({"host", identity.cluster, certificate});
  }
  return TrustSet::Make(std::move(authorities));
}

Result<std::shared_ptr<ServerTls>> TlsOf(const HostIdentity& identity) {
  return ServerTls::Create(
      {identity.credentials.tls_certificate, identity.credentials.private_key.Reveal(), {"http/1.1"}, true});
}

class KubeService : public AgentService {
 public:
  // Reads the configured clusters and announces them. Fails as KubeOf does.
  Status Open(const AgentServiceParts& parts);

  // Fails with kAccessDenied when the cluster's labels differ from those known to the proxy.
  Result<UniqueFd> Dial(const v1::Dial& dial) override;
  Status Use(const HostIdentity& identity) override;

 private:
  // Destroyed last to first.
  std::optional<ServedClusters> served_;
  ThreadPool threads_{kMaxThreads};
  std::unique_ptr<KubeForwarder> forwarder_;
  std::unique_ptr<KubeAnnouncer> announcer_;
  std::optional<DynamicClusters> dynamic_;
};

Status KubeService::Open(const AgentServiceParts& parts) {
  const auto& environment = parts.environment;
  ASSIGN_OR_RETURN(ConfiguredKube kube,
                   KubeOf(parts.config, {environment.kubernetes_service_host, environment.kubernetes_service_port}));
  served_.emplace(kube.clusters);

  KubeForwarderOptions options;
  options.endpoints = std::move(kube.endpoints);
  ASSIGN_OR_RETURN(options.tls, TlsOf(parts.identity));
  ASSIGN_OR_RETURN(TrustSet trust, TrustOf(parts.identity));
  auto decider = DecidedByProxy(std::move(trust), parts.identity.cluster,
                                [this](std::string_view name) { return served_->Find(name); });
  ASSIGN_OR_RETURN(forwarder_, KubeForwarder::Create(parts.loop, threads_, std::move(decider), std::move(options)));

  const std::string& host_id = parts.identity.host_id;
  ASSIGN_OR_RETURN(announcer_,
                   KubeAnnouncer::Start(parts.auth, {host_id, parts.config.NodeName(host_id), kube.clusters}));
  if (const auto& selectors = parts.config.kubernetes.resources; !selectors.empty()) {
    dynamic_.emplace(selectors, DynamicClusters::Parts{parts.auth, *served_, *forwarder_,
                                                       [this] { announcer_->Use(served_->All()); }});
  }
  return {};
}

Status KubeService::Use(const HostIdentity& identity) {
  ASSIGN_OR_RETURN(auto tls, TlsOf(identity));
  forwarder_->UseTls(std::move(tls));
  return {};
}

Result<UniqueFd> KubeService::Dial(const v1::Dial& dial) {
  const std::string& cluster = dial.kube().cluster();
  const auto found = served_->Find(cluster);
  if (!found) return Fail(ErrorKind::kNotFound, "this agent has no Kubernetes cluster \"{}\"", cluster);
  // Roles decide by labels, and these are the cluster's own.
  const Labels labels{dial.kube().labels().begin(), dial.kube().labels().end()};
  if (found->labels != labels) {
    Log(LogLevel::kWarning,
        "a connection was refused: the labels that the proxy used differ from the labels of the Kubernetes cluster",
        {{"kubernetes_cluster", cluster}});
    return Fail(ErrorKind::kAccessDenied,
                "access denied: the labels of Kubernetes cluster \"{}\" differ from the labels that the proxy used",
                cluster);
  }
  ASSIGN_OR_RETURN(SocketPair pair, MakeSocketPair(SOCK_NONBLOCK));
  forwarder_->HandleConnection({std::move(pair.first), "the proxy", {}}, cluster);
  return std::move(pair.second);
}

Result<std::unique_ptr<AgentService>> StartKubeService(const AgentServiceParts& parts) {
  auto service = std::make_unique<KubeService>();
  RETURN_IF_ERROR(service->Open(parts));
  return service;
}

}  // namespace

AgentServiceRow KubeServiceRow() {
  return {
      .role = "Kube",
      .is_enabled = [](const TeleportConfig& config) { return config.kubernetes.enabled; },
      .answers = [](const v1::Dial& dial) { return dial.has_kube(); },
      .ends_connections = false,
      .start = StartKubeService,
  };
}

}  // namespace sallyport
