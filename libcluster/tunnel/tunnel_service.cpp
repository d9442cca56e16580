#include "libcluster/tunnel/tunnel_service.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <deque>

#include "libbase/json.h"
#include "libbase/log.h"
#include "libbase/socket.h"
#include "libbase/version.h"
#include "libcluster/auth/audit_queue.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/host_caller.h"
#include "libcluster/kube/kube_servers.h"
#include "libcluster/net/on_pool.h"
#include "libcluster/net/stream_tunnel.h"
#include "libresources/kinds.h"
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
constexpr std::size_t kMaxKubeClusters = 1000;

// The events that an agent of a node may report.
constexpr std::array<std::string_view, 11> kAgentEvents{"sftp",          "sftp_summary", "session.start", "session.end",
                                                        "session.leave", "session.data", "exec",          "subsystem",
                                                        "port",          "auth",         "session.upload"};

// Messages on their way to the agent.
class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  explicit Outbox(asio::any_io_executor executor) : timer_(executor, asio::steady_timer::time_point::max()) {}

  void Push(const v1::ProxyMessage& message) {
    asio::post(timer_.get_executor(), [self = shared_from_this(), message] {
      if (self->queue_.size() < kMaxQueued) self->queue_.push_back(message);
      self->timer_.cancel_one();
    });
  }

  // Sends until the call is over.
  asio::awaitable<void> Send(ControlMessages messages) {
    error_code error;
    bool open = true;
    while (open) {
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
};

// Whose call it is; agents have joined as one of these at least.
Result<std::string> HostOfAgent(const Caller& caller, std::string_view cluster) {
  auto host_id = HostOfCaller(caller, cluster, kKubeService);
  return host_id ? host_id : HostOfCaller(caller, cluster, kNodeService);
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
  Control(TunnelParts parts, std::string host_id, const Caller& caller)
      : parts_(parts),
        host_id_(std::move(host_id)),
        remote_address_(caller.remote_address),
        is_node_(HostOfCaller(caller, parts.auth.cluster_name(), kNodeService).has_value()),
        is_kube_(HostOfCaller(caller, parts.auth.cluster_name(), kKubeService).has_value()) {}

  asio::awaitable<Status> Run(ControlMessages messages) {
    const auto first = co_await messages.Read();
    if (!first) co_return std::unexpected(first.error());
    if (!*first || !(*first)->has_hello()) co_return Fail(ErrorKind::kBadParameter, "the agent's hello is missing");
    const auto welcome = MakeWelcome(parts_.auth);
    if (!welcome) co_return std::unexpected(welcome.error());
    const auto outbox = std::make_shared<Outbox>(co_await asio::this_coro::executor);
    outbox->Push(*welcome);
    const v1::AgentHello hello = (*first)->hello();
    AgentFacts facts{host_id_, hello.hostname(), hello.version(), {hello.services().begin(), hello.services().end()}};
    agent_ = std::make_shared<RemoteAgent>(std::move(facts),
                                           [outbox](const v1::ProxyMessage& message) { outbox->Push(message); });
    parts_.agents.Add(agent_);
    Log(LogLevel::kInfo, "an agent has connected",
        {{"host", host_id_}, {"hostname", hello.hostname()}, {"address", remote_address_}});
    co_await (Listen(messages) || outbox->Send(messages) || messages.UntilLeft());
    parts_.agents.Remove(agent_);
    agent_->Leave();
    Log(LogLevel::kInfo, "an agent has left", {{"host", host_id_}, {"hostname", hello.hostname()}});
    co_return Status();
  }

 private:
  asio::awaitable<void> Listen(ControlMessages messages) {
    while (true) {
      auto message = co_await messages.Read();
      if (!message || !*message) co_return;
      const v1::AgentMessage& said = **message;
      if (said.has_node() && is_node_) {
        co_await Announce(said.node());
      } else if (said.has_kube() && is_kube_) {
        co_await AnnounceKube(said.kube());
      } else if (said.has_event()) {
        Record(said.event().json());
      } else if (said.has_failed()) {
        const ErrorKind kind = KindOfGrpcCode(said.failed().code());
        agent_->Answer(said.failed().id(), Fail(kind, "{}", said.failed().message()));
      } else if (said.has_pong()) {
        agent_->Answer(said.pong().id(), UniqueFd());
      } else if (said.has_goodbye()) {
        co_await Withdraw();
      }
    }
  }

  // An agent announces itself and nothing else, and lives as long as this side says.
  asio::awaitable<void> Announce(types::ServerV2 node) {
    node.mutable_metadata()->set_name(host_id_);
    SetExpires(node, Now() + kLife);
    std::function<Status()> write = [&auth = parts_.auth, node]() mutable -> Status {
      RETURN_IF_ERROR(CheckResource(node));
      return auth.node_labels().Announce(node);
    };
    const auto written = co_await OnPool(parts_.threads, std::move(write));
    if (!*written) {
      Log(LogLevel::kWarning, "a node cannot be announced", {{"host", host_id_}, {"reason", written->error().message}});
    }
  }

  asio::awaitable<void> AnnounceKube(v1::AgentKube kube) {
    std::vector<std::shared_ptr<const KubeClusterInfo>> clusters;
    if (kube.servers_size() > static_cast<int>(kMaxKubeClusters)) co_return;
    for (auto& server : *kube.mutable_servers()) {
      server.mutable_spec()->set_hostid(host_id_);
      SetExpires(server, Now() + kLife);
      const auto& metadata = server.spec().cluster().metadata();
      clusters.push_back(std::make_shared<const KubeClusterInfo>(
          KubeClusterInfo{server.metadata().name(), {metadata.labels().begin(), metadata.labels().end()}, host_id_}));
    }
    std::function<Status()> write = [&auth = parts_.auth, host_id = host_id_, kube = std::move(kube)]() {
      return WriteKubeServers(auth.backend(), host_id, {kube.servers().begin(), kube.servers().end()});
    };
    const auto written = co_await OnPool(parts_.threads, std::move(write));
    if (!*written) {
      Log(LogLevel::kWarning, "Kubernetes clusters cannot be announced",
          {{"host", host_id_}, {"reason", written->error().message}});
      co_return;
    }
    agent_->SetKubeClusters(std::move(clusters));
  }

  asio::awaitable<void> Withdraw() {
    std::function<Status()> remove = [&auth = parts_.auth, host_id = host_id_]() -> Status {
      BackendTransaction transaction;
      transaction.Remove(ResourceKey("node", host_id), false);
      RETURN_IF_ERROR(auth.Commit(std::move(transaction)));
      return WriteKubeServers(auth.backend(), host_id, {});
    };
    co_await OnPool(parts_.threads, std::move(remove));
  }

  // Events of its own sessions, in its own name.
  void Record(const std::string& json) {
    const auto parsed = ParseJson(json);
    const Value* type = parsed ? parsed->Find("event") : nullptr;
    const Value* code = parsed ? parsed->Find("code") : nullptr;
    if (type == nullptr || code == nullptr ||
        std::ranges::find(kAgentEvents, type->as_string()) == kAgentEvents.end()) {
      return Log(LogLevel::kWarning, "an agent's event was refused", {{"host", host_id_}});
    }
    AuditEvent event({type->as_string(), code->as_string()}, parts_.auth.cluster_name());
    for (const auto& [key, value] : parsed->as_map()) {
      if (key != "event" && key != "code" && key != "cluster_name") event.Add(key, value);
    }
    event.Add("server_id", host_id_);
    if (!parts_.audit.Push(event.ToRecord())) Log(LogLevel::kError, "an audit event was lost");
  }

  TunnelParts parts_;
  const std::string host_id_;
  const std::string remote_address_;
  const bool is_node_;
  const bool is_kube_;
  std::shared_ptr<RemoteAgent> agent_;
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

asio::awaitable<Status> Connect(TunnelParts parts, std::string host_id, BytesTunnel::Messages messages) {
  const auto first = co_await messages.Read();
  if (!first) co_return std::unexpected(first.error());
  const auto agent = parts.agents.Find(host_id);
  if (!*first || !agent) co_return Fail(ErrorKind::kNotFound, "this agent keeps no control call");
  auto pair = MakeSocketPair(SOCK_NONBLOCK);
  if (!pair) co_return std::unexpected(pair.error());
  if (!agent->Answer((*first)->id(), std::move(pair->second))) {
    co_return Fail(ErrorKind::kNotFound, "nobody waits for this connection");
  }
  const auto executor = co_await asio::this_coro::executor;
  BytesTunnel tunnel(messages, MakeSocketStream(executor, std::move(pair->first)));
  co_return co_await tunnel.Run(**first);
}

}  // namespace

std::shared_ptr<RemoteAgent> ConnectedAgents::Find(const std::string& host_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_host_.find(host_id);
  return found == by_host_.end() ? nullptr : found->second;
}

std::shared_ptr<const KubeClusterInfo> ConnectedAgents::FindKube(std::string_view cluster) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [host_id, agent] : by_host_) {
    for (auto& served : agent->KubeClusters()) {
      if (served->name == cluster) return served;
    }
  }
  return nullptr;
}

std::vector<AgentFacts> ConnectedAgents::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<AgentFacts> all;
  for (const auto& [host_id, agent] : by_host_) all.push_back(agent->facts());
  return all;
}

void ConnectedAgents::Add(const std::shared_ptr<RemoteAgent>& agent) {
  const std::lock_guard lock(mutex_);
  by_host_[agent->facts().host_id] = agent;
}

void ConnectedAgents::Remove(const std::shared_ptr<RemoteAgent>& agent) {
  const std::lock_guard lock(mutex_);
  const auto found = by_host_.find(agent->facts().host_id);
  if (found != by_host_.end() && found->second == agent) by_host_.erase(found);
}

void AddTunnelMethods(RpcTable& table, const TunnelParts& parts) {
  const auto serve_control = [parts](std::shared_ptr<const RpcStreamCall> call,
                                     ControlMessages messages) -> asio::awaitable<Status> {
    auto host_id = HostOfAgent(*call->caller, parts.auth.cluster_name());
    if (!host_id) co_return std::unexpected(host_id.error());
    Control control(parts, std::move(*host_id), *call->caller);
    co_return co_await control.Run(messages);
  };
  const auto serve_connect = [parts](std::shared_ptr<const RpcStreamCall> call,
                                     BytesTunnel::Messages messages) -> asio::awaitable<Status> {
    auto host_id = HostOfAgent(*call->caller, parts.auth.cluster_name());
    if (!host_id) co_return std::unexpected(host_id.error());
    co_return co_await Connect(parts, std::move(*host_id), messages);
  };
  table.AddStream("/sallyport.v1.TunnelService/Control", RpcAccess::Authenticated(),
                  StreamHandler<v1::AgentMessage, v1::ProxyMessage>(parts.loop, serve_control));
  table.AddStream("/sallyport.v1.TunnelService/Connect", RpcAccess::Authenticated(),
                  StreamHandler<v1::TunnelBytes, v1::TunnelBytes>(parts.loop, serve_connect));
}

}  // namespace sallyport
