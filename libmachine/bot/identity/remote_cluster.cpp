#include "libmachine/bot/identity/remote_cluster.h"

#include <algorithm>

#include "libbase/json.h"
#include "libclient/connection_upgrade.h"
#include "libclient/login.h"
#include "libclient/pages.h"
#include "libmachine/bot/identity/remote_authority_watch.h"
#include "libmachine/join_call.h"
#include "libresources/codec/codec_forms.h"
#include "teleport/legacy/types/join.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr int kPageOfApplications = 1000;
// The bot's own connection, and that of the output that runs.
constexpr std::size_t kMaxKept = 2;
// How long an answer of the proxy about itself is used again: for the outputs that run one after the other.
constexpr std::chrono::seconds kFoundLife{30};
constexpr const char* kSuiteBeforeJoining = "balanced-v1";

}  // namespace

RemoteCluster::RemoteCluster(Options options) : options_(std::move(options)) {}
RemoteCluster::~RemoteCluster() = default;

// Returns whether a load balancer needs the connection upgrade; found out once.
bool RemoteCluster::NeedsUpgrade() {
  if (!options_.join.through_proxy) return false;
  const MutexLock lock(mutex_);
  if (!needs_upgrade_) needs_upgrade_ = NeedsConnectionUpgrade(options_.join.address, options_.join.network);
  return *needs_upgrade_;
}

RemoteCluster::Connection RemoteCluster::KeptFor(const BotCredentials& as) {
  const MutexLock lock(mutex_);
  const auto found = std::ranges::find(kept_, as.tls_certificate, &Kept::certificate);
  return found == kept_.end() ? nullptr : found->connection;
}

void RemoteCluster::Keep(const BotCredentials& as, const Connection& connection) {
  const MutexLock lock(mutex_);
  kept_.push_back({as.tls_certificate, connection});
  if (kept_.size() > kMaxKept) kept_.erase(kept_.begin());
}

void RemoteCluster::Forget(const Connection& broken) {
  const MutexLock lock(mutex_);
  std::erase_if(kept_, [&](const Kept& kept) { return kept.connection == broken; });
}

// Returns the certificates of the texts; outputs and the bot have the same ones.
Result<std::vector<Certificate>> RemoteCluster::ParsedAuthorities(const std::vector<std::string>& pems) {
  const MutexLock lock(mutex_);
  if (pems == authority_pems_ && !authorities_.empty()) return authorities_;
  std::vector<Certificate> parsed;
  for (const auto& pem : pems) {
    ASSIGN_OR_RETURN(parsed.emplace_back(), Certificate::FromPem(pem));
  }
  authority_pems_ = pems;
  authorities_ = std::move(parsed);
  return authorities_;
}

Result<RpcOptions> RemoteCluster::OptionsFor(const BotCredentials& as) {
  RpcOptions options;
  options.address = options_.join.address;
  options.through_proxy = options_.join.through_proxy;
  options.connection_upgrade = NeedsUpgrade();
  options.cluster = as.cluster();
  ASSIGN_OR_RETURN(options.authorities, ParsedAuthorities(as.tls_authorities));
  options.certificate = as.certificate;
  options.key = as.key;
  options.program = options_.join.program;
  options.network = options_.join.network;
  return options;
}

Result<RemoteCluster::Connection> RemoteCluster::Connect(const BotCredentials& as) {
  const MutexLock one(connecting_);
  return ConnectOnce(as);
}

Result<RemoteCluster::Connection> RemoteCluster::ConnectOnce(const BotCredentials& as) {
  if (Connection kept = KeptFor(as)) return kept;
  ASSIGN_OR_RETURN(const RpcOptions options, OptionsFor(as));
  ASSIGN_OR_RETURN(auto client, RpcClient::Connect(options));
  Connection connection = std::move(client);
  Keep(as, connection);
  return connection;
}

// Makes a call; a kept connection that has broken meanwhile is replaced once.
template <typename Answer, typename Request>
Result<Answer> RemoteCluster::Call(const BotCredentials& as, std::string_view method, const Request& request) {
  const Connection kept = KeptFor(as);
  ASSIGN_OR_RETURN(Connection connection, Connect(as));
  auto answer = connection->Call<Answer>(method, request);
  if (answer || answer.error().kind != ErrorKind::kConnectionProblem) return answer;

  Forget(connection);
  if (kept != connection) return answer;
  ASSIGN_OR_RETURN(connection, Connect(as));
  return connection->Call<Answer>(method, request);
}

// Asks the proxy about itself, or returns an answer of the last seconds.
Result<PingAnswer> RemoteCluster::Find(const HostPort& proxy) {
  const auto now = std::chrono::steady_clock::now();
  {
    const MutexLock lock(mutex_);
    if (found_ && now - found_->at < kFoundLife) return found_->answer;
  }
  ASSIGN_OR_RETURN(PingAnswer answer, WebClient(proxy, options_.join.network).Find());
  const MutexLock lock(mutex_);
  found_ = Found{answer, now};
  return answer;
}

Result<proto::Certs> RemoteCluster::Join(const types::RegisterUsingTokenRequest& request) {
  return AskToJoin(options_.join, request);
}

Result<proto::Certs> RemoteCluster::JoinAgain(const BotCredentials& as,
                                              const types::RegisterUsingTokenRequest& request) {
  return Call<proto::Certs>(as, "/proto.JoinService/RegisterUsingToken", request);
}

Result<std::string> RemoteCluster::KeySuite(const BotCredentials* as) {
  if (as == nullptr) {
    // An auth service tells its suite to those only who have joined.
    if (!options_.join.through_proxy) return std::string(kSuiteBeforeJoining);
    ASSIGN_OR_RETURN(const PingAnswer ping, Find(options_.join.address));
    return ping.key_suite;
  }
  ASSIGN_OR_RETURN(const auto ping, Call<proto::PingResponse>(*as, "/proto.AuthService/Ping", proto::PingRequest()));
  const Value suite = EnumToValue(*types::SignatureAlgorithmSuite_descriptor(), ping.signature_algorithm_suite());
  return suite.as_string();
}

Result<proto::Certs> RemoteCluster::IssueUserCerts(const BotCredentials& as, const proto::UserCertsRequest& request) {
  return Call<proto::Certs>(as, "/proto.AuthService/GenerateUserCerts", request);
}

Result<std::string> RemoteCluster::IssueHostCertificate(const BotCredentials& as,
                                                        const teleport::trust::v1::GenerateHostCertRequest& request) {
  ASSIGN_OR_RETURN(const auto answer, Call<teleport::trust::v1::GenerateHostCertResponse>(
                                          as, "/teleport.trust.v1.TrustService/GenerateHostCert", request));
  return answer.ssh_certificate();
}

Result<std::vector<std::string>> RemoteCluster::ImpersonatedRoles(const BotCredentials& as, const std::string& role) {
  proto::GetRoleRequest request;
  request.set_name(role);
  ASSIGN_OR_RETURN(const auto answer, Call<types::RoleV6>(as, "/proto.AuthService/GetRole", request));
  const auto& roles = answer.spec().allow().impersonate().roles();
  return std::vector<std::string>(roles.begin(), roles.end());
}

Result<std::vector<ClusterAuthorities>> RemoteCluster::Authorities(const BotCredentials& as, const std::string& type) {
  ASSIGN_OR_RETURN(const Connection connection, Connect(as));
  return FetchAuthorities(*connection, type, as.cluster());
}

Result<std::unique_ptr<AuthorityWatch>> RemoteCluster::WatchAuthorities(const BotCredentials& as) {
  ASSIGN_OR_RETURN(const RpcOptions options, OptionsFor(as));
  return WatchRemoteAuthorities(options, as.cluster());
}

Result<std::vector<std::string>> RemoteCluster::LeafClusters(const BotCredentials& as) {
  ASSIGN_OR_RETURN(const Connection connection, Connect(as));
  ASSIGN_OR_RETURN(const auto clusters, ListRemoteClusters(*connection));
  std::vector<std::string> names;
  for (const auto& cluster : clusters) names.push_back(cluster.name);
  return names;
}

// Returns where the proxy is that web requests go to.
Result<HostPort> RemoteCluster::ProxyAddress(const BotCredentials& as) {
  if (options_.join.through_proxy) return options_.join.address;
  ASSIGN_OR_RETURN(const auto ping, Call<proto::PingResponse>(as, "/proto.AuthService/Ping", proto::PingRequest()));
  if (!ping.proxypublicaddr().empty()) return ParseHostPort(ping.proxypublicaddr(), kDefaultWebPort);
  return FailWithHint(ErrorKind::kNotFound, "the auth service names no proxy",
                      "set proxy_server to the address of the proxy");
}

Result<ProxyView> RemoteCluster::Proxy(const BotCredentials& as) {
  ASSIGN_OR_RETURN(const HostPort asked, ProxyAddress(as));
  ASSIGN_OR_RETURN(const PingAnswer ping, Find(asked));
  ASSIGN_OR_RETURN(const Profile profile, ProfileOfPing(asked, ping));
  ProxyView view;
  view.cluster = ping.cluster_name;
  view.web = asked;
  if (!options_.use_given_proxy && !profile.web_proxy_addr.empty()) {
    ASSIGN_OR_RETURN(view.web, ParseHostPort(profile.web_proxy_addr, kDefaultWebPort));
  }

  view.tls_routing = ping.tls_routing_enabled;
  view.connection_upgrade = view.tls_routing && NeedsConnectionUpgrade(view.web, options_.join.network);
  view.ssh_address = view.tls_routing ? FormatHostPort(view.web) : profile.ssh_proxy_addr;
  view.kube_address = profile.kube_proxy_addr;
  return view;
}

Result<std::vector<KubeClusterItem>> RemoteCluster::KubeClusters(const BotCredentials& as, const ListFilter& filter) {
  ASSIGN_OR_RETURN(const Connection connection, Connect(as));
  return ListKubeClusters(*connection, filter);
}

Result<BotApplication> RemoteCluster::Application(const BotCredentials& as, const std::string& name) {
  ASSIGN_OR_RETURN(const Connection connection, Connect(as));
  proto::ListResourcesRequest request;
  request.set_resourcetype("app_server");
  request.set_namespace_("default");
  request.set_limit(kPageOfApplications);
  request.set_predicateexpression(fmt::format("name == {}", ToJson(Value(name))));
  std::optional<BotApplication> found;
  const auto look = [&](const proto::ListResourcesResponse& page) -> Status {
    for (const auto& resource : page.resources()) {
      const auto& app = resource.appserver().spec().app();
      if (app.metadata().name() == name) found = BotApplication{name, app.spec().publicaddr()};
    }
    return {};
  };

  RETURN_IF_ERROR(
      EachPage<proto::ListResourcesResponse>(*connection, "/proto.AuthService/ListResources", request, look));
  if (found) return *found;
  return FailWithHint(ErrorKind::kNotFound, fmt::format("there is no application \"{}\" that the bot may use", name),
                      "list the applications: tctl apps ls");
}

Status RemoteCluster::SubmitHeartbeat(const BotCredentials& as,
                                      const teleport::machineid::v1::SubmitHeartbeatRequest& request) {
  const auto answer = Call<teleport::machineid::v1::SubmitHeartbeatResponse>(
      as, "/teleport.machineid.v1.BotInstanceService/SubmitHeartbeat", request);
  return answer ? Status() : std::unexpected(answer.error());
}

}  // namespace sallyport
