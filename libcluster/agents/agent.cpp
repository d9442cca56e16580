#include "libcluster/agents/agent.h"

#include "libcluster/agents/agent_auth.h"
#include "libcluster/agents/host_identity.h"
#include "libcluster/agents/kube_agent.h"
#include "libcluster/agents/recording_call.h"
#include "libcluster/agents/tunnel_client.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/ssh/ssh_node.h"
#include "sallyport/v1/tunnel_service.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr int kNetworkThreads = 1;

// The auth service at the other end of the tunnel.
class TunnelAuth : public AgentAuth {
 public:
  TunnelAuth(const HostIdentity& identity, TunnelClient& tunnel) : identity_(identity), tunnel_(tunnel) {}

  const std::string& cluster_name() const override { return identity_.cluster; }

  Result<std::vector<std::string>> UserAuthorityKeys() override {
    const auto& keys = tunnel_.welcome().user_ssh_keys();
    return std::vector<std::string>(keys.begin(), keys.end());
  }

  Result<HostKey> HostKeyFor(const std::string&, const std::vector<std::string>&) override {
    HostKey host;
    ASSIGN_OR_RETURN(host.key, ParsePrivateKeyPem(identity_.credentials.private_key.Reveal()));
    host.certificate = identity_.credentials.ssh_certificate;
    return host;
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
    return OpenRecordingCall(tunnel_.connection(), session_id, upload_id);
  }

 private:
  const HostIdentity& identity_;
  TunnelClient& tunnel_;
};

}  // namespace

// Members are destroyed last to first.
struct Agent::State {
  HostIdentity identity;
  EventLoop loop{kNetworkThreads};
  std::unique_ptr<TunnelClient> tunnel;
  std::unique_ptr<TunnelAuth> auth;
  std::unique_ptr<SshNode> ssh;
  std::unique_ptr<KubeAgent> kube;

  ~State() {
    // Connections end first, so that what they have to say still goes out.
    if (ssh) ssh->EndAll("the node is going away");
    if (tunnel) tunnel->Stop();
    kube.reset();
    ssh.reset();
    loop.Stop();
  }
};

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::~Agent() = default;
const std::string& Agent::cluster_name() const { return state_->identity.cluster; }

Result<std::unique_ptr<Agent>> Agent::Start(const TeleportConfig& config, const Environment& environment) {
  auto state = std::make_unique<State>();
  const std::string& nodename = config.NodeName(environment.hostname);
  NetworkSettings network;
  network.insecure = environment.insecure;
  network.ssl_cert_file = environment.ssl_cert_file;
  const auto& to = config.join;
  ASSIGN_OR_RETURN(state->identity, LoadOrJoin({config.data_dir, nodename, config.ssh.public_addr, to.token, to.ca_pins,
                                                to.address, to.through_proxy, network}));
  std::vector<std::string> served;
  if (config.ssh.enabled) served.emplace_back("Node");
  if (config.kubernetes.enabled) served.emplace_back("Kube");
  ASSIGN_OR_RETURN(state->tunnel,
                   TunnelClient::Open(state->identity, {to.address, to.through_proxy, network, nodename, served}));
  state->auth = std::make_unique<TunnelAuth>(state->identity, *state->tunnel);
  TunnelServices services;
  if (config.ssh.enabled) {
    ASSIGN_OR_RETURN(state->ssh, SshNode::Start(state->loop, *state->auth,
                                                NodeOptionsOf(config, state->identity.host_id, environment.hostname,
                                                              environment.program)));
    services.ssh = state->ssh.get();
  }
  if (config.kubernetes.enabled) {
    ASSIGN_OR_RETURN(state->kube,
                     KubeAgent::Start(state->loop, *state->auth, state->identity, config,
                                      {environment.kubernetes_service_host, environment.kubernetes_service_port}));
    services.kube = [kube = state->kube.get()](const std::string& cluster) { return kube->Dial(cluster); };
  }
  state->tunnel->Serve(std::move(services));
  return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

}  // namespace sallyport
