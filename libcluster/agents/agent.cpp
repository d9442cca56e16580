#include "libcluster/agents/agent.h"

#include <optional>

#include "libbase/log.h"
#include "libcluster/agents/running_services.h"
#include "libcluster/agents/tunnel_auth.h"
#include "libcluster/agents/tunnel_client.h"
#include "libcluster/backend/data_dir_lock.h"
#include "libcluster/net/event_loop.h"
#include "libmachine/host_joining.h"
#include "libmachine/identity_renewal.h"

namespace sallyport {
namespace {

constexpr int kNetworkThreads = 1;

// The errors upon which users log in again mean, for a host, the state of another cluster.
Error OfOtherCluster(Error error, const std::string& cluster, const std::string& data_dir) {
  if (!error.hint.contains("log in again")) return error;
  error.message += fmt::format("; the data directory {} belongs to a host of the cluster {}", data_dir, cluster);
  error.hint = "set the address of that cluster, or join the new cluster with another data directory: --data-dir";
  return error;
}

JoinSettings JoinSettingsOf(const TeleportConfig& config, const Agent::Environment& environment) {
  JoinSettings settings;
  settings.data_dir = config.data_dir;
  settings.node_name = config.NodeName(environment.hostname);
  settings.principals = config.ssh.public_addr;
  settings.method = config.join.method;
  settings.token = config.join.token;
  if (!environment.kubernetes_token_path.empty()) settings.kubernetes_token_path = environment.kubernetes_token_path;
  settings.ca_pins = config.join.ca_pins;
  settings.address = config.join.address;
  settings.through_proxy = config.join.through_proxy;
  settings.network.insecure = environment.insecure;
  settings.network.ssl_cert_file = environment.ssl_cert_file;
  return settings;
}

}  // namespace

// Members are destroyed last to first.
struct Agent::State {
  std::optional<DataDirLock> lock;
  std::string cluster;
  EventLoop loop{kNetworkThreads};
  std::unique_ptr<TunnelClient> tunnel;
  std::unique_ptr<TunnelAuth> auth;
  std::optional<RunningServices> services{std::in_place};
  std::unique_ptr<IdentityRenewal> renewal;

  ~State() {
    renewal.reset();
    // Connections end first, so that their last events are still sent.
    services->EndAll("the node is stopping");
    if (tunnel) tunnel->Stop();
    services.reset();
    loop.Stop();
  }

  Status Connect(HostIdentity identity, const JoinSettings& settings, TunnelOptions options);
  Status StartServices(const TeleportConfig& config, const Environment& environment);
  // New connections use this identity.
  Status Use(const HostIdentity& identity);
};

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::~Agent() = default;
const std::string& Agent::cluster_name() const { return state_->cluster; }

Status Agent::State::Use(const HostIdentity& identity) {
  RETURN_IF_ERROR(tunnel->Use(identity));
  RETURN_IF_ERROR(auth->Use(identity));
  return services->Use(identity);
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
    if (const Status used = Use(renewed); !used) {
      Log(LogLevel::kError, "cannot use the host's new certificates", {{"reason", used.error().message}});
    }
  };

  renewal = std::make_unique<IdentityRenewal>(std::move(identity), std::move(renewing));
  renewal->RenewIfDue();
  return {};
}

Status Agent::State::StartServices(const TeleportConfig& config, const Environment& environment) {
  RETURN_IF_ERROR(services->Start({loop, *auth, renewal->identity(), config, environment}));
  tunnel->Serve(*services);
  renewal->Start();
  return {};
}

Result<std::unique_ptr<Agent>> Agent::Start(const TeleportConfig& config, const Environment& environment) {
  auto state = std::make_unique<State>();
  ASSIGN_OR_RETURN(state->lock, DataDirLock::Acquire(config.data_dir, kDataDirPatience));
  const JoinSettings settings = JoinSettingsOf(config, environment);
  ASSIGN_OR_RETURN(HostIdentity identity, LoadOrJoin(settings));
  RETURN_IF_ERROR(state->Connect(
      std::move(identity), settings,
      {settings.address, settings.through_proxy, settings.network, settings.node_name, RolesOfServices(config)}));
  RETURN_IF_ERROR(state->StartServices(config, environment));
  return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

}  // namespace sallyport
