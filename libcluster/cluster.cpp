#include "libcluster/cluster.h"

#include <sys/socket.h>

#include <optional>
#include <set>

#include "libbase/address.h"
#include "libbase/file.h"
#include "libbase/log.h"
#include "libbase/memory_trim.h"
#include "libbase/repeated_work.h"
#include "libbase/socket.h"
#include "libbase/version.h"
#include "libcluster/agents/discovery/discovery.h"
#include "libcluster/agents/local_auth.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/discovery/discovery_methods.h"
#include "libcluster/auth/export/audit_keeper.h"
#include "libcluster/auth/export/export_service.h"
#include "libcluster/auth/methods/client_version.h"
#include "libcluster/auth/methods/http_api.h"
#include "libcluster/auth/methods/methods.h"
#include "libcluster/auth/methods/recording_service.h"
#include "libcluster/auth/methods/server_info_service.h"
#include "libcluster/auth/requests/expiry.h"
#include "libcluster/auth/startup_resources.h"
#include "libcluster/auth/trust/system_identity.h"
#include "libcluster/auth/watch/kube_follow_call.h"
#include "libcluster/backend/data_dir_lock.h"
#include "libcluster/backend/store.h"
#include "libcluster/config/static_tokens.h"
#include "libcluster/kube/announcer.h"
#include "libcluster/kube/configured.h"
#include "libcluster/kube/dynamic_clusters.h"
#include "libcluster/kube/forwarder.h"
#include "libcluster/kube/role_decider.h"
#include "libcluster/net/connection_gate.h"
#include "libcluster/net/http.h"
#include "libcluster/net/processors.h"
#include "libcluster/net/source.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/proxy/auth_tunnel.h"
#include "libcluster/proxy/route.h"
#include "libcluster/proxy/ssh_router.h"
#include "libcluster/proxy/transport.h"
#include "libcluster/proxy/web_api.h"
#include "libcluster/proxy/web_certificate.h"
#include "libcluster/rpc/grpc_server.h"
#include "libcluster/ssh/ssh_node.h"
#include "libcluster/tunnel/inventory.h"
#include "libcluster/tunnel/tunnel_service.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

constexpr int kNetworkPoolThreads = 2;
constexpr std::size_t kMaxWebThreads = 32;
constexpr std::size_t kMaxKubeThreads = 8;
constexpr std::size_t kMaxDialThreads = 64;
constexpr std::chrono::seconds kTrimPause{20};

}  // namespace

// Members are destroyed last to first: services before the objects that they use.
struct Cluster::State {
  std::optional<DataDirLock> lock;
  std::string host_id;
  std::string proxy_address;
  std::string auth_address;
  std::string public_address;
  std::unique_ptr<AuthServer> auth;
  DiscoveryServices discovery_services;
  std::unique_ptr<AgentAuth> agent_auth;
  ConnectedAgents agents;
  std::unique_ptr<ExpirySweeper> sweeper;
  std::unique_ptr<AuditKeeper> audit_keeper;
  ConnectionGate gate{Processors()};
  MemoryTrim trim;
  RepeatedWork trimming{kTrimPause, [this] {
                          trim.Run();
                          return kTrimPause;
                        }};
  RpcTable methods;
  std::unique_ptr<WebApi> web_api;
  std::unique_ptr<AuthHttpApi> auth_api;
  EventLoop loop{kNetworkPoolThreads};
  ThreadPool web_threads{kMaxWebThreads};
  LoginGate logins;
  ThreadPool kube_threads{kMaxKubeThreads};
  ThreadPool dial_threads{kMaxDialThreads};
  std::unique_ptr<GrpcServer> grpc;
  std::unique_ptr<HttpServer> web;
  std::unique_ptr<HttpServer> auth_http;
  std::unique_ptr<AuthTunnel> auth_tunnel;
  std::optional<ServedClusters> served_kube;
  std::unique_ptr<KubeForwarder> kube;
  std::unique_ptr<KubeAnnouncer> announcer;
  std::optional<DynamicClusters> dynamic_kube;
  std::shared_ptr<SshNode> ssh;
  std::unique_ptr<Discovery> discovery;
  std::unique_ptr<Listener> proxy_listener;
  std::unique_ptr<Listener> auth_listener;
  std::unique_ptr<Listener> kube_listener;

  ~State() {
    for (auto* listener : {&proxy_listener, &auth_listener, &kube_listener}) listener->reset();
    discovery.reset();
    ssh.reset();
    if (grpc) grpc->Stop();
    agents.RemoveAll();
    loop.Stop();
  }

  Status OpenAuth(const TeleportConfig& config, const Environment& environment);
  Status OpenPorts(const TeleportConfig& config);
  void Serve();
  Status StartServers(const TeleportConfig& config, const Environment& environment);
  Status StartTunnel(const WebCertificate& web_certificate, const SystemIdentity& identity,
                     const std::vector<std::string>& names);
  Result<UniqueFd> DialAuth(const std::string& remote_address);
  Status StartKube(const TeleportConfig& config, const Environment& environment);
  Status StartSsh(const TeleportConfig& config, const Environment& environment);
  Status StartDiscovery(const TeleportConfig& config, const Environment& environment);
  void AddTransport(const TeleportConfig& config, const Environment& environment);
  AgentFacts OwnFacts(const TeleportConfig& config, const Environment& environment) const;
  Status WriteAdminIdentity(const std::string& data_dir);
  void Dispatch(Route route, IncomingConnection connection);
  Result<std::shared_ptr<const Caller>> Authenticate(const std::vector<std::string>& chain_pem,
                                                     const std::string& remote_address);
  // Marks the source of a caller (user or host) with an accepted certificate or login as known.
  void Know(const std::string& remote_address, const std::string& caller) {
    gate.Know(SourceOf(remote_address), caller, Now());
  }
};

Status Cluster::State::OpenAuth(const TeleportConfig& config, const Environment& environment) {
  ASSIGN_OR_RETURN(host_id, HostUuid(config.data_dir));
  AuthServerOptions options;
  const std::string& nodename = config.NodeName(environment.hostname);
  options.data_dir = config.data_dir;
  options.host_id = host_id;
  options.cluster_name = config.auth.cluster_name.empty() ? nodename : config.auth.cluster_name;
  options.auth_preference = config.auth.preference;
  options.networking_config = config.auth.networking;
  options.recording_config = config.auth.recording;

  ASSIGN_OR_RETURN(const HostPort listen, ParseHostPort(proxy_address, 3080));
  if (!config.proxy.public_addr.empty()) {
    ASSIGN_OR_RETURN(HostPort address, ParseHostPort(config.proxy.public_addr.front(), 0));
    if (address.port == 0) address.port = listen.port;
    public_address = FormatHostPort(address);
  }
  options.proxy_public_address = public_address.empty() ? FormatHostPort({nodename, listen.port}) : public_address;
  ASSIGN_OR_RETURN(options.static_tokens, ParseStaticTokens(config.auth.tokens));
  options.bootstrap_path = environment.bootstrap_path;
  options.pod = {environment.kubernetes_service_host, environment.kubernetes_service_port};
  options.network.ssl_cert_file = environment.ssl_cert_file;

  // The startup file is read before the store is opened, so a broken file leaves the store as it is.
  std::vector<Resource> applied;
  if (!environment.startup_path.empty()) {
    ASSIGN_OR_RETURN(applied, ReadStartupResources(environment.startup_path));
  }

  ASSIGN_OR_RETURN(auth, AuthServer::Open(std::move(options)));
  agent_auth = LocalAgentAuth(*auth, auth->audit_queue(), host_id, &discovery_services);
  sweeper = std::make_unique<ExpirySweeper>(*auth);
  audit_keeper = std::make_unique<AuditKeeper>(*auth, config.auth.audit_retention);
  methods = AuthMethods(*auth);
  if (const Status written = ApplyOnStartup(*auth, methods, std::move(applied)); !written) {
    return std::unexpected(InContext(environment.startup_path, written.error()));
  }
  AddTransport(config, environment);
  return {};
}

AgentFacts Cluster::State::OwnFacts(const TeleportConfig& config, const Environment& environment) const {
  AgentFacts facts{host_id, config.NodeName(environment.hostname), std::string(kWireVersion), {"Auth", "Proxy"}};
  if (config.kubernetes.enabled) facts.services.emplace_back("Kube");
  if (config.ssh.enabled) facts.services.emplace_back("Node");
  if (config.discovery.enabled) facts.services.emplace_back("Discovery");
  return facts;
}

void Cluster::State::AddTransport(const TeleportConfig& config, const Environment& environment) {
  TransportOptions options;
  options.router = std::make_shared<SshRouter>(*auth, [this](const std::string& id) -> std::shared_ptr<SshAgent> {
    if (id == host_id) return ssh;
    return agents.Find(id);
  });
  options.dial_auth = [this](const std::string& remote_address) { return DialAuth(remote_address); };

  AddTransportMethods(methods, loop, dial_threads, *auth, auth->audit_queue(), std::move(options));
  AddRecordingStreams(methods, loop, web_threads, *auth);
  AddExportStreams(methods, loop, web_threads, *auth);
  AddServerInfoStream(methods, loop, web_threads, *auth);
  AddKubeFollowStream(methods, loop, web_threads, *auth);
  AddDiscoveryServiceMethods(methods, *auth, discovery_services);
  const TunnelParts tunnel{loop, web_threads, *auth, auth->audit_queue(), agents};
  AddTunnelMethods(methods, tunnel);
  AddInventoryMethods(methods, tunnel, OwnFacts(config, environment));
}

Status Cluster::State::OpenPorts(const TeleportConfig& config) {
  ASSIGN_OR_RETURN(proxy_listener, Listener::Open(loop, config.proxy.web_listen_addr));
  ASSIGN_OR_RETURN(auth_listener, Listener::Open(loop, config.auth.listen_addr));
  const std::string& kube_address =
      config.proxy.kube_listen_addr.empty() ? config.kubernetes.listen_addr : config.proxy.kube_listen_addr;
  if (!kube_address.empty()) {
    ASSIGN_OR_RETURN(kube_listener, Listener::Open(loop, kube_address));
  }
  proxy_address = proxy_listener->address();
  auth_address = auth_listener->address();
  return {};
}

void Cluster::State::Serve() {
  proxy_listener->Serve(gate, [this](IncomingConnection connection) {
    const Route route = RouteOfProxy(connection.hello, auth->cluster_name());
    Dispatch(route, std::move(connection));
  });
  auth_listener->Serve(gate, [this](IncomingConnection connection) {
    const Route route = RouteOfAuth(connection.hello);
    Dispatch(route, std::move(connection));
  });
  if (!kube_listener) return;
  kube_listener->Serve(gate,
                       [this](IncomingConnection connection) { Dispatch(Route::kKubernetes, std::move(connection)); });
}

Status Cluster::State::WriteAdminIdentity(const std::string& data_dir) {
  ASSIGN_OR_RETURN(const IdentityFile admin, IssueSystemIdentityFile(auth->authorities(), "Admin", host_id));
  RETURN_IF_ERROR(WriteIdentityFile(data_dir + "/admin_identity", admin));
  // The auth service's address for tctl on this host.
  return WritePrivateFile(data_dir + "/auth_address", auth_address + "\n");
}

Result<std::shared_ptr<const Caller>> Cluster::State::Authenticate(const std::vector<std::string>& chain_pem,
                                                                   const std::string& remote_address) {
  auto caller = auth->authenticator().Authenticate(chain_pem, remote_address, "");
  if (caller && (*caller)->kind != Caller::Kind::kNobody) Know(remote_address, (*caller)->identity.username);
  return caller;
}

Status Cluster::State::StartServers(const TeleportConfig& config, const Environment& environment) {
  const auto sans = WebNames(config, environment.hostname);
  ASSIGN_OR_RETURN(const SystemIdentity identity, IssueSystemIdentity(auth->authorities(), "Auth", host_id, sans));
  GrpcServerOptions rpc;
  rpc.certificate_pem = identity.certificate_pem;
  rpc.private_key_pem = identity.private_key_pem.Reveal();
  rpc.authenticate = [this](const std::vector<std::string>& chain, const std::string& remote_address) {
    return Authenticate(chain, remote_address);
  };
  rpc.authorize = AuthServer::Authorize;
  rpc.check_version = CheckClientVersion;
  ASSIGN_OR_RETURN(grpc, StartGrpcServer(loop, methods, std::move(rpc)));

  auth_api = std::make_unique<AuthHttpApi>(
      *auth, AuthHttpOptions{host_id, environment.hostname, auth_address, auth->options().proxy_public_address});
  HttpServerOptions auth_options;
  ASSIGN_OR_RETURN(
      auth_options.tls,
      ServerTls::Create({identity.certificate_pem, identity.private_key_pem.Reveal(), {"h2", "http/1.1"}, true}));
  auth_options.endpoint = Endpoint::kAuthHttp;
  auth_options.handler = [this](const HttpRequest& request) { return auth_api->Handle(request); };
  auth_http = std::make_unique<HttpServer>(loop, web_threads, std::move(auth_options));

  web_api = std::make_unique<WebApi>(
      *auth, logins, web_threads,
      WebApiOptions{
          {proxy_address, public_address, kube_listener ? kube_listener->address() : "", true},
          [this](const std::string& remote_address, const std::string& user) { Know(remote_address, user); }});
  ASSIGN_OR_RETURN(const WebCertificate certificate, LoadWebCertificate(config, sans));
  HttpServerOptions web_options;
  ASSIGN_OR_RETURN(
      web_options.tls,
      ServerTls::Create({certificate.certificate_pem, certificate.private_key_pem.Reveal(), {"http/1.1"}, false}));
  web_options.admit = [this](const HttpRequest& head) { return web_api->Admit(head); };
  web_options.submit = [this](const HttpRequest& request, std::function<void()> work) {
    return web_api->Submit(request, std::move(work));
  };
  web_options.handler = [this](const HttpRequest& request) { return web_api->Handle(request); };
  web_options.upgrade_path = "/webapi/connectionupgrade";
  web_options.upgraded = [this](IncomingConnection connection) {
    const Route route = RouteOfProxy(connection.hello, auth->cluster_name());
    if (route == Route::kSshTunnel) return auth_tunnel->HandleConnection(std::move(connection), true);
    Dispatch(route, std::move(connection));
  };
  web = std::make_unique<HttpServer>(loop, web_threads, std::move(web_options));
  return StartTunnel(certificate, identity, sans);
}

Status Cluster::State::StartTunnel(const WebCertificate& web_certificate, const SystemIdentity& identity,
                                   const std::vector<std::string>& names) {
  const std::vector<std::string> protocols{"teleport-reversetunnel", "teleport-reversetunnelv2"};
  AuthTunnelOptions options;
  ASSIGN_OR_RETURN(options.tls, ServerTls::Create({web_certificate.certificate_pem,
                                                   web_certificate.private_key_pem.Reveal(), protocols, false}));
  ASSIGN_OR_RETURN(options.inner_tls,
                   ServerTls::Create({identity.certificate_pem, identity.private_key_pem.Reveal(), protocols, false}));
  ASSIGN_OR_RETURN(SystemSshIdentity ssh_identity,
                   IssueSystemSshIdentity(auth->authorities(), "Proxy", host_id, names));
  options.host_key = std::move(ssh_identity.key);
  options.host_certificate = std::move(ssh_identity.certificate);

  options.authenticate = [this](const SshCertificate& certificate, std::string_view login,
                                const std::string& remote_address) {
    auto caller = auth->authenticator().AuthenticateSsh(certificate, login, remote_address);
    if (caller) Know(remote_address, (*caller)->identity.username);
    return caller;
  };
  options.still_allowed = [this](const Caller& caller) -> Status {
    if (caller.identity.expires <= Now()) return Fail(ErrorKind::kAccessDenied, "{}", kCredentialsExpired);
    return auth->locks().Check(caller.identity);
  };
  options.dial_auth = [this](const std::string& remote_address) { return DialAuth(remote_address); };
  auth_tunnel = std::make_unique<AuthTunnel>(loop, web_threads, std::move(options));
  return {};
}

// Returns one end of a connection to the auth service; the other is served under the client's address.
Result<UniqueFd> Cluster::State::DialAuth(const std::string& remote_address) {
  ASSIGN_OR_RETURN(SocketPair pair, MakeSocketPair(SOCK_NONBLOCK));
  RouteSocket(loop, std::move(pair.second), remote_address, [this](IncomingConnection connection) {
    const Route route = RouteOfAuth(connection.hello);
    Dispatch(route, std::move(connection));
  });
  return std::move(pair.first);
}

Status Cluster::State::StartKube(const TeleportConfig& config, const Environment& environment) {
  const auto sans = KubeNames(config, environment.hostname);
  ASSIGN_OR_RETURN(SystemIdentity issued, IssueSystemIdentity(auth->authorities(), "Proxy", host_id, sans));
  const auto identity = std::make_shared<const SystemIdentity>(std::move(issued));

  KubeForwarderOptions options;
  ASSIGN_OR_RETURN(
      options.tls,
      ServerTls::Create({identity->certificate_pem, identity->private_key_pem.Reveal(), {"http/1.1"}, true}));

  ASSIGN_OR_RETURN(ConfiguredKube configured,
                   KubeOf(config, {environment.kubernetes_service_host, environment.kubernetes_service_port}));
  options.endpoints = std::move(configured.endpoints);
  options.upstream_of_agent = [this, identity](const KubeClusterInfo& cluster) {
    KubeUpstream upstream;
    upstream.endpoint.name = cluster.name;
    upstream.endpoint.host = cluster.host_id;
    upstream.endpoint.ca_pem = auth->authorities().HostTlsPem();
    upstream.endpoint.client_certificate_pem = identity->certificate_pem;
    upstream.endpoint.client_key_pem = identity->private_key_pem.Clone();

    upstream.dial = [this, cluster](const SshAgent::Dialled& done) {
      const auto agent = agents.Find(cluster.host_id);
      if (agent) return agent->DialKube(cluster, done);
      done(
          Fail(ErrorKind::kConnectionProblem, "the agent of Kubernetes cluster \"{}\" is not connected", cluster.name));
    };
    return upstream;
  };
  options.known_caller = [this](const std::string& remote_address, const std::string& caller) {
    Know(remote_address, caller);
  };

  served_kube.emplace(configured.clusters);
  agents.KeepKubeNames(served_kube->Names());
  const auto find = [this](std::string_view name) {
    auto cluster = served_kube->Find(name);
    return cluster ? cluster : agents.FindKube(name);
  };

  ASSIGN_OR_RETURN(kube, KubeForwarder::Create(loop, kube_threads, DecideByRoles(*auth, auth->audit_queue(), find),
                                               std::move(options)));
  ASSIGN_OR_RETURN(announcer, KubeAnnouncer::Start(*agent_auth, {host_id, proxy_address, configured.clusters}));
  if (!config.kubernetes.enabled || config.kubernetes.resources.empty()) return {};
  dynamic_kube.emplace(config.kubernetes.resources, DynamicClusters::Parts{*agent_auth, *served_kube, *kube, [this] {
                                                                             agents.KeepKubeNames(served_kube->Names());
                                                                             announcer->Use(served_kube->All());
                                                                           }});
  return {};
}

Status Cluster::State::StartSsh(const TeleportConfig& config, const Environment& environment) {
  if (!config.ssh.enabled) return {};
  auto started = SshNode::Start(loop, *agent_auth, NodeOptionsOf(config, host_id, environment.hostname));
  if (started) {
    ssh = std::move(*started);
    return {};
  }
  if (config.ssh.asked_for || started.error().kind != ErrorKind::kNotFound) return std::unexpected(started.error());
  Log(LogLevel::kInfo, "this host is not a node", {{"reason", started.error().message}});
  return {};
}

Status Cluster::State::StartDiscovery(const TeleportConfig& config, const Environment& environment) {
  if (!config.discovery.enabled) return {};
  ASSIGN_OR_RETURN(auto calls, agent_auth->OpenDiscovery(config.discovery.group));
  ASSIGN_OR_RETURN(discovery, Discovery::Start({std::move(calls), config.discovery,
                                                config.NodeName(environment.hostname), environment.variable}));
  return {};
}

void Cluster::State::Dispatch(Route route, IncomingConnection connection) {
  switch (route) {
    case Route::kGrpc:
      return grpc->HandleConnection(std::move(connection));
    case Route::kAuthHttp:
      return auth_http->HandleConnection(std::move(connection));
    case Route::kWeb:
      return web->HandleConnection(std::move(connection));
    case Route::kSshTunnel:
      return auth_tunnel->HandleConnection(std::move(connection), false);
    case Route::kKubernetes:
      return kube->HandleConnection(std::move(connection));
    case Route::kNone:
      return;  // the destructor of the connection closes it
  }
}

Cluster::Cluster(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cluster::~Cluster() = default;

Result<std::unique_ptr<Cluster>> Cluster::Start(const TeleportConfig& config, const Environment& environment) {
  auto state = std::make_unique<State>();
  ASSIGN_OR_RETURN(state->lock, DataDirLock::Acquire(config.data_dir, kDataDirPatience));

  // Fails for an unusable file before any state is created.
  if (!config.proxy.https_keypairs.empty()) RETURN_IF_ERROR(LoadWebCertificate(config, {}));

  RETURN_IF_ERROR(state->OpenPorts(config));
  RETURN_IF_ERROR(state->OpenAuth(config, environment));
  RETURN_IF_ERROR(state->StartServers(config, environment));
  RETURN_IF_ERROR(state->StartKube(config, environment));
  RETURN_IF_ERROR(state->StartSsh(config, environment));
  RETURN_IF_ERROR(state->StartDiscovery(config, environment));
  RETURN_IF_ERROR(state->WriteAdminIdentity(config.data_dir));
  state->Serve();
  return std::unique_ptr<Cluster>(new Cluster(std::move(state)));
}

const std::string& Cluster::proxy_address() const { return state_->proxy_address; }
const std::string& Cluster::auth_address() const { return state_->auth_address; }
const std::string& Cluster::kube_address() const {
  return state_->kube_listener ? state_->kube_listener->address() : state_->proxy_address;
}
const std::string& Cluster::public_address() const { return state_->auth->options().proxy_public_address; }
bool Cluster::IsNew() const {
  const auto users = ListResources<types::UserV2>(state_->auth->backend(), "user", "", 1);
  return users && users->empty();
}
const std::string& Cluster::cluster_name() const { return state_->auth->cluster_name(); }

}  // namespace sallyport
