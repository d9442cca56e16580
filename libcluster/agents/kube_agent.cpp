#include "libcluster/agents/kube_agent.h"

#include <sys/socket.h>

#include "libbase/log.h"
#include "libbase/socket.h"
#include "libcluster/kube/announcer.h"
#include "libcluster/kube/configured.h"
#include "libcluster/kube/forwarder.h"
#include "libcluster/kube/proxy_decider.h"
#include "libcluster/net/thread_pool.h"
#include "libidentity/trust.h"

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

}  // namespace

// Members are destroyed last to first.
struct KubeAgent::State {
  FindKubeCluster find;
  ThreadPool threads{kMaxThreads};
  std::unique_ptr<KubeForwarder> forwarder;
  std::unique_ptr<KubeAnnouncer> announcer;
};

KubeAgent::KubeAgent(std::unique_ptr<State> state) : state_(std::move(state)) {}
KubeAgent::~KubeAgent() = default;

Result<std::unique_ptr<KubeAgent>> KubeAgent::Start(EventLoop& loop, AgentAuth& auth, const HostIdentity& identity,
                                                    const TeleportConfig& config, const PodEnvironment& pod) {
  auto state = std::make_unique<State>();
  ASSIGN_OR_RETURN(ConfiguredKube kube, KubeOf(config, pod));
  state->find = FindAmong(kube.clusters);
  KubeForwarderOptions options;
  options.upstreams = std::move(kube.upstreams);
  ASSIGN_OR_RETURN(options.tls, TlsOf(identity));
  ASSIGN_OR_RETURN(TrustSet trust, TrustOf(identity));
  auto decider = DecidedByProxy(std::move(trust), identity.cluster, state->find);
  ASSIGN_OR_RETURN(state->forwarder,
                   KubeForwarder::Create(loop, state->threads, std::move(decider), std::move(options)));
  ASSIGN_OR_RETURN(state->announcer,
                   KubeAnnouncer::Start(auth, {identity.host_id, config.NodeName(identity.host_id), kube.clusters}));
  return std::unique_ptr<KubeAgent>(new KubeAgent(std::move(state)));
}

Status KubeAgent::Use(const HostIdentity& identity) {
  ASSIGN_OR_RETURN(auto tls, TlsOf(identity));
  state_->forwarder->UseTls(std::move(tls));
  return {};
}

Result<UniqueFd> KubeAgent::Dial(const std::string& cluster, const Labels& labels) {
  const auto found = state_->find(cluster);
  if (!found) return Fail(ErrorKind::kNotFound, "this agent has no Kubernetes cluster \"{}\"", cluster);
  // Roles decide by labels, and these are the cluster's own.
  if (found->labels != labels) {
    Log(LogLevel::kWarning, "a connection was refused: the proxy knows other labels",
        {{"kubernetes_cluster", cluster}});
    return Fail(ErrorKind::kAccessDenied, "access denied: Kubernetes cluster \"{}\" has other labels", cluster);
  }
  ASSIGN_OR_RETURN(SocketPair pair, MakeSocketPair(SOCK_NONBLOCK));
  state_->forwarder->HandleConnection({std::move(pair.first), "the proxy", {}}, cluster);
  return std::move(pair.second);
}

}  // namespace sallyport
