#include "libcluster/tunnel/tunnel_service.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>

#include "libbase/log.h"
#include "libbase/socket.h"
#include "libcluster/auth/access/host_caller.h"
#include "libcluster/auth/audit/audit_queue.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/kube_servers.h"
#include "libcluster/net/on_pool.h"
#include "libcluster/rpc/stream_tunnel.h"
#include "libcluster/tunnel/agent_events.h"
#include "libcluster/tunnel/announcements.h"
#include "libcluster/tunnel/kube_names.h"
#include "sallyport/v1/tunnel_service.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;
using ControlMessages = RpcMessages<v1::AgentMessage, v1::ProxyMessage>;

constexpr std::chrono::minutes kLife{15};
constexpr std::size_t kMaxQueued = 4096;
constexpr std::string_view kNodeService = "Node";
constexpr std::string_view kKubeService = "Kube";
constexpr std::string_view kDiscoveryService = "Discovery";
constexpr std::size_t kMaxKubeClusters = 1000;

constexpr std::size_t kMaxServices = 32;
constexpr std::size_t kMaxReason = 1024;  // limit for the reason of a failed dial
constexpr std::chrono::seconds kRightsCheck{1};

// Queues the messages for the agent.
class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  explicit Outbox(asio::any_io_executor executor) : timer_(executor, asio::steady_timer::time_point::max()) {}

  void Push(const v1::ProxyMessage& message) {
    asio::post(timer_.get_executor(), [self = shared_from_this(), message] {
      if (self->queue_.size() < kMaxQueued) self->queue_.push_back(message);
      self->timer_.cancel_one();
    });
  }

  // Ends Send, from any thread.
  void Close() {
    asio::post(timer_.get_executor(), [self = shared_from_this()] {
      self->closed_ = true;
      self->timer_.cancel_one();
    });
  }

  // Sends until the call is over.
  asio::awaitable<void> Send(ControlMessages messages) {
    error_code error;
    bool open = true;
    while (open && !closed_) {
      if (queue_.empty()) {
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
        continue;
      }

      const v1::ProxyMessage message = std::move(queue_.front());
      queue_.pop_front();
      open = co_await messages.Write(message);
    }
  }

 private:
  asio::steady_timer timer_;
  std::deque<v1::ProxyMessage> queue_;
  bool closed_ = false;
};

// Returns the host of a call. Agents have joined with one of these roles, and are on another host.
Result<std::string> HostOfAgent(const Caller& caller, const AuthServer& auth) {
  return AgentHostOfCaller(caller, auth.cluster_name(), auth.options().host_id,
                           {kKubeService, kDiscoveryService, kNodeService});
}

// Returns why a host's calls and connections must end now. Connections outlive the certificate that opened them,
// control calls do not.
Status MayStay(const AuthServer& auth, const Caller& caller, const std::string& host_id) {
  RETURN_IF_ERROR(auth.locks().Check(caller.identity));
  return auth.locks().CheckHost(host_id);
}
Status MayCall(const AuthServer& auth, const Caller& caller, const std::string& host_id) {
  if (caller.identity.expires <= Now()) return Fail(ErrorKind::kAccessDenied, "the host's certificate has expired");
  return MayStay(auth, caller, host_id);
}

std::string Shortened(std::string text, std::size_t most) {
  text.resize(std::min(text.size(), most));
  return text;
}

Result<v1::ProxyMessage> MakeWelcome(AuthServer& auth) {
  v1::ProxyMessage message;
  ASSIGN_OR_RETURN(const CertSigner signer, auth.authorities().Signer("user"));
  message.mutable_welcome()->set_cluster_name(auth.cluster_name());
  message.mutable_welcome()->add_user_ssh_keys(signer.ssh_key.public_key().ToAuthorizedKey());
  return message;
}

// One agent's control call.
class Control {
 public:
  Control(TunnelParts parts, std::string host_id, std::shared_ptr<const Caller> caller)
      : parts_(parts),
        host_id_(std::move(host_id)),
        caller_(std::move(caller)),
        is_node_(HostOfCaller(*caller_, parts.auth.cluster_name(), kNodeService).has_value()),
        is_kube_(HostOfCaller(*caller_, parts.auth.cluster_name(), kKubeService).has_value()) {}

  asio::awaitable<Status> Run(ControlMessages messages) {
    const auto first = co_await messages.Read();
    if (!first) co_return std::unexpected(first.error());
    if (!*first || !(*first)->has_hello()) co_return Fail(ErrorKind::kBadParameter, "the agent's hello is missing");
    auto facts = FactsOf((*first)->hello());
    if (!facts) co_return std::unexpected(facts.error());

    const auto welcome = MakeWelcome(parts_.auth);
    if (!welcome) co_return std::unexpected(welcome.error());
    const auto outbox = std::make_shared<Outbox>(co_await asio::this_coro::executor);
    outbox->Push(*welcome);

    hostname_ = facts->hostname;
    agent_ = std::make_shared<RemoteAgent>(
        std::move(*facts), [outbox](const v1::ProxyMessage& message) { outbox->Push(message); },
        [outbox] { outbox->Close(); });
    parts_.agents.Add(agent_);
    Log(LogLevel::kInfo, "an agent has connected",
        {{"host", host_id_}, {"hostname", hostname_}, {"address", caller_->remote_address}});
    co_await (Listen(messages) || outbox->Send(messages) || messages.UntilLeft() || Watch());

    const auto current = parts_.agents.Find(host_id_);
    const bool replaced = current && current != agent_;
    parts_.agents.Remove(agent_);
    agent_->Leave();
    Log(LogLevel::kInfo, "an agent has left", {{"host", host_id_}, {"hostname", hostname_}});
    if (replaced) co_return Fail(ErrorKind::kAlreadyExists, "another agent of this host has connected");
    co_return MayCall(parts_.auth, *caller_, host_id_);
  }

 private:
  // Accepts an agent's facts within the limits of its certificate.
  Result<AgentFacts> FactsOf(const v1::AgentHello& hello) const {
    const std::size_t services = static_cast<std::size_t>(hello.services_size());
    if (!IsHostName(hello.hostname()) || !IsHostName(hello.version()) || services > kMaxServices) {
      return Fail(ErrorKind::kBadParameter, "the agent's hello has an invalid host name, version or list of services");
    }
    AgentFacts facts{host_id_, hello.hostname(), hello.version(), {}};
    for (const std::string& service : hello.services()) {
      const bool allowed = HostOfCaller(*caller_, parts_.auth.cluster_name(), service).has_value();
      if (allowed) facts.services.push_back(service);
    }
    return facts;
  }

  bool IsCurrent() const { return parts_.agents.Find(host_id_) == agent_; }

  asio::awaitable<void> Listen(ControlMessages messages) {
    while (true) {
      auto message = co_await messages.Read();
      if (!message || !*message) co_return;
      const v1::AgentMessage& said = **message;

      if (said.has_node() && is_node_) {
        co_await Announce(said.node());
      } else if (said.has_kube() && is_kube_) {
        co_await AnnounceKube(said.kube());
      } else if (said.has_event() && is_node_) {
        Record(said.event());
      } else if (said.has_failed()) {
        const ErrorKind kind = KindOfGrpcCode(said.failed().code());
        agent_->Answer(said.failed().id(), Fail(kind, "{}", Shortened(said.failed().message(), kMaxReason)));
      } else if (said.has_pong()) {
        agent_->Answer(said.pong().id(), UniqueFd());
      } else if (said.has_goodbye()) {
        co_await Withdraw();
      }
    }
  }

  // Returns when the host is no longer admitted; fails unanswered dials.
  asio::awaitable<void> Watch() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    error_code error;
    while (!error && MayCall(parts_.auth, *caller_, host_id_)) {
      timer.expires_after(kRightsCheck);
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
      agent_->GiveUpLate(RemoteAgent::Clock::now());
      TellKept();
    }
  }

  void Refuse(const std::string& what, const std::string& reason) {
    Log(LogLevel::kWarning, "an announcement was refused", {{"host", host_id_}, {"what", what}, {"reason", reason}});
    agent_->Refuse(what, reason);
  }

  // Accepts announcements of the agent's own host alone, with an expiry that this side sets.
  asio::awaitable<void> Announce(const types::ServerV2& said) {
    auto node = AdmitNode(said, host_id_, Now() + kLife);
    if (!node) co_return Refuse("the node", node.error().message);
    hostname_ = node->spec().hostname();
    std::function<Status()> write = [&auth = parts_.auth, node = std::move(*node)] {
      return auth.node_labels().Announce(node);
    };
    const auto written = co_await OnPool(parts_.threads, std::move(write));
    if (!*written) Refuse("the node", written->error().message);
  }

  asio::awaitable<void> AnnounceKube(const v1::AgentKube& said) {
    if (said.servers_size() > static_cast<int>(kMaxKubeClusters)) {
      co_return Refuse("Kubernetes clusters", fmt::format("the agent announces more than {}", kMaxKubeClusters));
    }

    std::map<std::string, types::KubernetesServerV3> servers;
    for (const auto& server : said.servers()) {
      const std::string& name = server.metadata().name();
      auto admitted = AdmitKubeServer(server, host_id_, Now() + kLife);
      if (!admitted) {
        Refuse("a Kubernetes cluster", admitted.error().message);
      } else if (parts_.agents.KeepsKubeName(name)) {
        Refuse(fmt::format("Kubernetes cluster \"{}\"", name),
               "the cluster itself serves a Kubernetes cluster with this name");
      } else {
        servers[name] = std::move(*admitted);
      }
    }

    std::function<Result<KubeServers>()> write = [&auth = parts_.auth, host_id = host_id_,
                                                  servers = std::move(servers)]() mutable {
      return WriteServed(auth, host_id, std::move(servers));
    };
    const auto written = co_await OnPool(parts_.threads, std::move(write));
    if (!*written) co_return Refuse("Kubernetes clusters", written->error().message);

    for (const auto& taken : (*written)->taken) {
      Refuse(fmt::format("Kubernetes cluster \"{}\"", taken.name),
             fmt::format("host {} has this name already: choose another name, join both hosts with the same token, or "
                         "remove that host: tctl inventory rm {}",
                         taken.host_id, taken.host_id));
    }
    agent_->SetKubeClusters(std::move((*written)->clusters));
  }

  // The clusters of a host, and the names that it does not own.
  struct KubeServers {
    std::vector<std::shared_ptr<const KubeClusterInfo>> clusters;
    std::vector<KubeNameTaken> taken;
  };
  static Result<KubeServers> WriteServed(AuthServer& auth, const std::string& host_id,
                                         std::map<std::string, types::KubernetesServerV3> servers) {
    KubeServers served;
    std::vector<std::string> names;
    for (const auto& [name, server] : servers) names.push_back(name);
    ASSIGN_OR_RETURN(served.taken, ClaimKubeNames(auth.backend(), host_id, names, Now()));
    for (const auto& taken : served.taken) servers.erase(taken.name);
    std::vector<types::KubernetesServerV3> written;
    for (const auto& [name, server] : servers) {
      const auto& labels = server.spec().cluster().metadata().labels();
      served.clusters.push_back(
          std::make_shared<const KubeClusterInfo>(KubeClusterInfo{name, {labels.begin(), labels.end()}, host_id}));
      written.push_back(server);
    }
    RETURN_IF_ERROR(WriteKubeServers(auth.backend(), host_id, written));
    return served;
  }

  asio::awaitable<void> Withdraw() {
    if (!IsCurrent()) co_return;
    std::function<Status()> remove = [&auth = parts_.auth, host_id = host_id_]() -> Status {
      BackendTransaction transaction;
      transaction.Remove(ResourceKey("node", host_id), false);
      RETURN_IF_ERROR(auth.Commit(std::move(transaction)));
      return WriteKubeServers(auth.backend(), host_id, {});
    };
    co_await OnPool(parts_.threads, std::move(remove));
  }

  // Accepts events of the host's own sessions. An event that is refused, or exceeds the queue, is not requested again.
  void Record(const v1::AgentEvent& said) {
    last_event_ = said.number();
    const auto event = EventOfAgent(said.json(), {parts_.auth.cluster_name(), host_id_, hostname_}, Now());
    if (!event) {
      return Log(LogLevel::kWarning, "an agent's event was refused",
                 {{"host", host_id_}, {"reason", event.error().message}});
    }
    AuditRecord record = event->ToRecord();
    record.id = event->fields().Find("uid")->as_string();  // a repeated event replaces itself
    if (!parts_.audit.Push(std::move(record))) Log(LogLevel::kError, "an audit event was lost");
    queued_ = parts_.audit.queued();
  }

  // The agent may drop events that are on disk.
  void TellKept() {
    if (last_event_ == told_event_ || parts_.audit.written() < queued_) return;
    told_event_ = last_event_;
    agent_->Keep(told_event_);
  }

  TunnelParts parts_;
  const std::string host_id_;
  const std::shared_ptr<const Caller> caller_;
  const bool is_node_;
  const bool is_kube_;
  std::string hostname_;
  std::shared_ptr<RemoteAgent> agent_;
  std::uint64_t last_event_ = 0;  // the number of the last received event
  std::uint64_t told_event_ = 0;  // the number of the last event confirmed to the agent
  std::uint64_t queued_ = 0;      // the audit queue's count after the last received event
};

struct BytesCarrier {
  using Request = v1::TunnelBytes;
  using Response = v1::TunnelBytes;
  static const std::string* BytesOf(const Request& request) { return &request.payload(); }
  static Response With(std::string bytes) {
    Response response;
    response.set_payload(std::move(bytes));
    return response;
  }
};
using BytesTunnel = StreamTunnel<BytesCarrier>;

// Returns when the host may no longer carry connections.
asio::awaitable<void> UntilRefused(const AuthServer& auth, const Caller& caller, const std::string& host_id) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  while (!error && MayStay(auth, caller, host_id)) {
    timer.expires_after(kRightsCheck);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<Status> Connect(TunnelParts parts, std::shared_ptr<const Caller> caller, std::string host_id,
                                BytesTunnel::Messages messages) {
  const auto first = co_await messages.Read();
  if (!first) co_return std::unexpected(first.error());
  const auto agent = parts.agents.Find(host_id);
  if (!*first || !agent) co_return Fail(ErrorKind::kNotFound, "this agent has no control call");
  auto pair = MakeSocketPair(SOCK_NONBLOCK);
  if (!pair) co_return std::unexpected(pair.error());
  if (!agent->Answer((*first)->id(), std::move(pair->second))) {
    co_return Fail(ErrorKind::kNotFound, "no dial waits for this connection");
  }
  const auto executor = co_await asio::this_coro::executor;
  BytesTunnel tunnel(messages, MakeSocketStream(executor, std::move(pair->first)));
  const auto ended = co_await (tunnel.Run(**first) || UntilRefused(parts.auth, *caller, host_id));
  if (ended.index() == 0) co_return std::get<0>(ended);
  co_return MayStay(parts.auth, *caller, host_id);
}

}  // namespace

void AddTunnelMethods(RpcTable& table, const TunnelParts& parts) {
  const auto serve_control = [parts](std::shared_ptr<const RpcStreamCall> call,
                                     ControlMessages messages) -> asio::awaitable<Status> {
    auto host_id = HostOfAgent(*call->caller, parts.auth);
    if (!host_id) co_return std::unexpected(host_id.error());
    Control control(parts, std::move(*host_id), call->caller);
    co_return co_await control.Run(messages);
  };

  const auto serve_connect = [parts](std::shared_ptr<const RpcStreamCall> call,
                                     BytesTunnel::Messages messages) -> asio::awaitable<Status> {
    auto host_id = HostOfAgent(*call->caller, parts.auth);
    if (!host_id) co_return std::unexpected(host_id.error());
    co_return co_await Connect(parts, call->caller, std::move(*host_id), messages);
  };

  table.AddStream("/sallyport.v1.TunnelService/Control", RpcAccess::Authenticated(),
                  StreamHandler<v1::AgentMessage, v1::ProxyMessage>(parts.loop, serve_control));
  table.AddStream("/sallyport.v1.TunnelService/Connect", RpcAccess::Authenticated(),
                  StreamHandler<v1::TunnelBytes, v1::TunnelBytes>(parts.loop, serve_connect));
}

}  // namespace sallyport
