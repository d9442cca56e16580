#include "libcluster/agents/agent.h"

#include <mutex>
#include <optional>

#include "libbase/log.h"
#include "libcluster/agents/kube_service.h"
#include "libcluster/agents/recording_call.h"
#include "libcluster/agents/tunnel_client.h"
#include "libcluster/auth_client/agent_auth.h"
#include "libcluster/backend/data_dir_lock.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/ssh/ssh_node.h"
#include "libmachine/host_joining.h"
#include "libmachine/identity_renewal.h"
#include "sallyport/v1/tunnel_service.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr int kNetworkThreads = 1;

// The auth service at the other end of the tunnel.
class TunnelAuth : public AgentAuth {
 public:
  TunnelAuth(std::string cluster, TunnelClient& tunnel) : cluster_(std::move(cluster)), tunnel_(tunnel) {}

  // The host's key, from now on.
  Status Use(const HostIdentity& identity) {
    HostKey host;
    ASSIGN_OR_RETURN(host.key, ParsePrivateKeyPem(identity.credentials.private_key.Reveal()));
    host.certificate = identity.credentials.ssh_certificate;
    const std::lock_guard lock(mutex_);
    host_ = std::move(host);
    return {};
  }

  const std::string& cluster_name() const override { return cluster_; }

  Result<std::vector<std::string>> UserAuthorityKeys() override { return tunnel_.UserAuthorityKeys(); }

  Result<HostKey> HostKeyFor(const std::string&, const std::vector<std::string>&) override {
    const std::lock_guard lock(mutex_);
    return host_;
  }

  Status Announce(const types::ServerV2& node) override {
    v1::AgentMessage message;
    *message.mutable_node() = node;
    tunnel_.Announce("node", message.SerializeAsString());
    return {};
  }

  Status AnnounceKube(const std::vector<types::KubernetesServerV3>& servers) override {
    v1::AgentMessage message;
    message.mutable_kube();
    for (const auto& server : servers) *message.mutable_kube()->add_servers() = server;
    tunnel_.Announce("kube", message.SerializeAsString());
    return {};
  }

  Status Withdraw(const std::string&) override { return {}; }  // the tunnel says goodbye

  Status Emit(const AuditEvent& event) override {
    v1::AgentMessage message;
    message.mutable_event()->set_json(event.ToRecord().json);
    return tunnel_.Send(message);
  }

  Result<std::unique_ptr<RecordingSink>> OpenRecording(const std::string& session_id,
                                                       const std::string& upload_id) override {
    return OpenRecordingCall(*tunnel_.connection(), session_id, upload_id);
  }

 private:
  const std::string cluster_;
  TunnelClient& tunnel_;
  std::mutex mutex_;
  HostKey host_;
};

// Where a person would log in again, a host has the state of another cluster.
Error OfOtherCluster(Error error, const std::string& cluster, const std::string& data_dir) {
  if (!error.hint.contains("log in again")) return error;
  error.message += fmt::format("; the data directory {} has the state of a host of the cluster {}", data_dir, cluster);
  error.hint = "name the address of that cluster; or join this one with a data directory of its own: --data-dir";
  return error;
}

JoinSettings JoinSettingsOf(const TeleportConfig& config, const Agent::Environment& environment) {
  JoinSettings settings;
  settings.data_dir = config.data_dir;
  settings.node_name = config.NodeName(environment.hostname);
  settings.principals = config.ssh.public_addr;
  settings.method = config.join.method;
  settings.token = config.join.token;
  settings.ca_pins = config.join.ca_pins;
  settings.address = config.join.address;
  settings.through_proxy = config.join.through_proxy;
  settings.network.insecure = environment.insecure;
  settings.network.ssl_cert_file = environment.ssl_cert_file;
  return settings;
}

void LogFailure(const Status& status, std::string_view message) {
  if (!status) Log(LogLevel::kError, message, {{"reason", status.error().message}});
}

}  // namespace

// Members are destroyed last to first.
struct Agent::State {
  std::optional<DataDirLock> lock;
  std::string cluster;
  EventLoop loop{kNetworkThreads};
  std::unique_ptr<TunnelClient> tunnel;
  std::unique_ptr<TunnelAuth> auth;
  std::unique_ptr<SshNode> ssh;
  std::unique_ptr<KubeAgent> kube;
  std::unique_ptr<IdentityRenewal> renewal;

  ~State() {
    renewal.reset();
    // Connections end first, so that what they have to say still goes out.
    if (ssh) ssh->EndAll("the node is going away");
    if (tunnel) tunnel->Stop();
    kube.reset();
    ssh.reset();
    loop.Stop();
  }

  Status Connect(HostIdentity identity, const JoinSettings& settings, TunnelOptions options);
  Status StartServices(const TeleportConfig& config, const Environment& environment);
  // What begins from now on has this identity.
  Status Use(const HostIdentity& identity) const;
};

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::~Agent() = default;
const std::string& Agent::cluster_name() const { return state_->cluster; }

Status Agent::State::Use(const HostIdentity& identity) const {
  RETURN_IF_ERROR(tunnel->Use(identity));
  RETURN_IF_ERROR(auth->Use(identity));
  if (ssh) RETURN_IF_ERROR(ssh->RenewKeys());
  return kube ? kube->Use(identity) : Status();
}

Status Agent::State::Connect(HostIdentity identity, const JoinSettings& settings, TunnelOptions options) {
  cluster = identity.cluster;
  auto opened = TunnelClient::Open(identity, std::move(options));
  if (!opened) return std::unexpected(OfOtherCluster(std::move(opened).error(), cluster, settings.data_dir));
  tunnel = std::move(*opened);
  auth = std::make_unique<TunnelAuth>(cluster, *tunnel);
  RETURN_IF_ERROR(auth->Use(identity));

  IdentityRenewal::Options renewing;
  renewing.settings = settings;
  renewing.issue = [this](const proto::HostCertsRequest& request) -> Result<proto::Certs> {
    ASSIGN_OR_RETURN(const auto rpc, RpcClient::Connect(*tunnel->connection()));
    return rpc->Call<proto::Certs>("/proto.AuthService/GenerateHostCerts", request);
  };
  renewing.renewed = [this](const HostIdentity& renewed) {
    LogFailure(Use(renewed), "the host's new certificates cannot be used");
  };

  renewal = std::make_unique<IdentityRenewal>(std::move(identity), std::move(renewing));
  renewal->Look();
  return {};
}

Status Agent::State::StartServices(const TeleportConfig& config, const Environment& environment) {
  TunnelServices services;
  if (config.ssh.enabled) {
    ASSIGN_OR_RETURN(
        ssh, SshNode::Start(loop, *auth, NodeOptionsOf(config, renewal->identity().host_id, environment.hostname)));
    services.ssh = ssh.get();
    services.user_authorities_changed = [node = ssh.get()] {
      LogFailure(node->RenewKeys(), "the new authorities of users cannot be used");
    };
  }

  if (config.kubernetes.enabled) {
    ASSIGN_OR_RETURN(kube,
                     KubeAgent::Start(loop, *auth, renewal->identity(), config,
                                      {environment.kubernetes_service_host, environment.kubernetes_service_port}));
    services.kube = [agent = kube.get()](const std::string& name, const Labels& labels) {
      return agent->Dial(name, labels);
    };
  }

  tunnel->Serve(std::move(services));
  renewal->Start();
  return {};
}

Result<std::unique_ptr<Agent>> Agent::Start(const TeleportConfig& config, const Environment& environment) {
  auto state = std::make_unique<State>();
  ASSIGN_OR_RETURN(state->lock, DataDirLock::Acquire(config.data_dir, kDataDirPatience));

  const JoinSettings settings = JoinSettingsOf(config, environment);
  ASSIGN_OR_RETURN(HostIdentity identity, LoadOrJoin(settings));
  std::vector<std::string> served;
  if (config.ssh.enabled) served.emplace_back("Node");
  if (config.kubernetes.enabled) served.emplace_back("Kube");
  RETURN_IF_ERROR(
      state->Connect(std::move(identity), settings,
                     {settings.address, settings.through_proxy, settings.network, settings.node_name, served}));
  RETURN_IF_ERROR(state->StartServices(config, environment));
  return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

}  // namespace sallyport
