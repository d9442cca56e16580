#include "libcluster/proxy/transport.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "libbase/log.h"
#include "libcluster/auth/audit_queue.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/net/copy.h"
#include "libcluster/net/rpc_stream.h"
#include "libcluster/proxy/node_match.h"
#include "libresources/access.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/server.pb.h"
#include "teleport/transport/v1/transport_service.pb.h"

namespace sallyport {
namespace {

namespace transportv1 = teleport::transport::v1;
using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;
using SshMessages = RpcMessages<transportv1::ProxySSHRequest, transportv1::ProxySSHResponse>;
using ClusterMessages = RpcMessages<transportv1::ProxyClusterRequest, transportv1::ProxyClusterResponse>;
using DialedSocket = Result<std::shared_ptr<UniqueFd>>;

constexpr std::string_view kSshVersion = "SSH-2.0";

// What the service is made of, shared by its calls.
struct Transport {
  ThreadPool& threads;
  AuthServer& auth;
  AuditQueue& audit;
  TransportOptions options;
};

Result<HostPort> ParseTarget(const std::string& text) {
  auto target = ParseHostPort(text, 0);
  if (!target || target->host.empty()) {
    return Fail(ErrorKind::kBadParameter, "the target \"{}\" is not HOST:PORT", text);
  }
  return target;
}

// Finds the node and opens a connection to it. Blocks.
Result<UniqueFd> DialNode(Transport& transport, const transportv1::TargetHost& target,
                          const std::shared_ptr<const Caller>& caller) {
  AuthServer& auth = transport.auth;
  if (!target.cluster().empty() && target.cluster() != auth.cluster_name()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: cluster \"{}\" is not known here", target.cluster());
  }
  ASSIGN_OR_RETURN(const HostPort host, ParseTarget(target.host_port()));
  if (IsNodeId(host.host)) {
    const auto node = GetResource<types::ServerV2>(auth.backend(), "node", host.host);
    if (node) return transport.options.dial_node(*node, caller);
  }
  ASSIGN_OR_RETURN(const auto nodes, ListAllResources<types::ServerV2>(auth.backend(), "node"));
  ASSIGN_OR_RETURN(const auto networking, auth.Setting<types::ClusterNetworkingConfigV2>("cluster_networking_config",
                                                                                         "cluster-networking-config"));
  const NodeMatchRules rules{networking.spec().caseinsensitiverouting(),
                             networking.spec().routingstrategy() == types::MOST_RECENT};
  ASSIGN_OR_RETURN(const types::ServerV2* node, MatchNode(nodes, host, rules));
  return transport.options.dial_node(*node, caller);
}

// Runs what blocks on the pool.
asio::awaitable<DialedSocket> OnPool(ThreadPool& threads, std::function<Result<UniqueFd>()> dial) {
  const auto start = [&threads, dial = std::move(dial)](auto done) {
    threads.Submit([dial, done = std::move(done)] {
      auto socket = dial();
      if (!socket) return done(DialedSocket(std::unexpected(std::move(socket).error())));
      done(DialedSocket(std::make_shared<UniqueFd>(std::move(*socket))));
    });
  };
  co_return co_await AwaitCallback<DialedSocket>(start);
}

// Whether what a client has sent so far can be SSH.
class SshGreeting {
 public:
  bool Accepts(std::string_view bytes) {
    if (seen_.size() < kSshVersion.size()) seen_ += bytes.substr(0, kSshVersion.size() - seen_.size());
    return kSshVersion.starts_with(seen_);
  }

 private:
  std::string seen_;
};

// Bytes of the two kinds of calls.
const std::string* PayloadOf(const transportv1::ProxySSHRequest& request) {
  return request.has_ssh() ? &request.ssh().payload() : nullptr;
}
const std::string* PayloadOf(const transportv1::ProxyClusterRequest& request) {
  return request.has_frame() ? &request.frame().payload() : nullptr;
}
void SetPayload(transportv1::ProxySSHResponse& response, std::string bytes) {
  response.mutable_ssh()->set_payload(std::move(bytes));
}
void SetPayload(transportv1::ProxyClusterResponse& response, std::string bytes) {
  response.mutable_frame()->set_payload(std::move(bytes));
}

// One connection through a call.
template <typename Request, typename Response>
class Tunnel {
 public:
  Tunnel(RpcMessages<Request, Response> messages, SocketStream socket, bool ssh)
      : messages_(std::move(messages)), socket_(std::move(socket)), ssh_(ssh) {}

  // Copies until either side is done. kAccessDenied when the client speaks something else than SSH.
  asio::awaitable<Status> Run(Nanoseconds idle_timeout) {
    co_await (ToSocket() || FromSocket() || UntilIdle(idle_timeout) || messages_.UntilLeft());
    co_return status_;
  }
  bool idle() const { return idle_; }

 private:
  asio::awaitable<void> ToSocket() {
    error_code error;
    while (!error) {
      auto request = co_await messages_.Read();
      if (!request || !*request) break;
      active_ = std::chrono::steady_clock::now();
      const std::string* bytes = PayloadOf(**request);
      if (bytes == nullptr) continue;
      if (ssh_ && !greeting_.Accepts(*bytes)) {
        status_ = Fail(ErrorKind::kAccessDenied, "access denied: this is not SSH");
        co_return;
      }
      co_await asio::async_write(socket_, asio::buffer(*bytes), asio::redirect_error(asio::use_awaitable, error));
    }
    // The client has no more to say and may still listen.
    socket_.socket().shutdown(asio::socket_base::shutdown_send, error);
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }

  asio::awaitable<void> FromSocket() {
    std::array<char, kTunnelBytes> buffer;
    error_code error;
    bool open = true;
    while (open) {
      const std::size_t count =
          co_await socket_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      Response response;
      SetPayload(response, std::string(buffer.data(), count));
      open = co_await messages_.Write(response);
    }
  }

  asio::awaitable<void> UntilIdle(Nanoseconds timeout) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    error_code error;
    const bool limited = timeout > Nanoseconds::zero();
    while (!error && !idle_) {
      timer.expires_at(limited ? active_ + timeout : asio::steady_timer::time_point::max());
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
      idle_ = !error && std::chrono::steady_clock::now() >= active_ + timeout;
    }
  }

  RpcMessages<Request, Response> messages_;
  SocketStream socket_;
  const bool ssh_;
  SshGreeting greeting_;
  Status status_;
  bool idle_ = false;
  std::chrono::steady_clock::time_point active_ = std::chrono::steady_clock::now();
};

void AuditIdle(Transport& transport, const Caller& caller) {
  AuditEvent event(audit::kClientDisconnect, transport.auth.cluster_name());
  event.By(caller).Add("proto", "ssh").Add("reason", "the client was idle for too long");
  if (!transport.audit.Push(event.ToRecord())) Log(LogLevel::kError, "an audit event was lost");
}

Nanoseconds IdleTimeoutOf(AuthServer& auth, const Caller& caller) {
  const auto networking =
      auth.Setting<types::ClusterNetworkingConfigV2>("cluster_networking_config", "cluster-networking-config");
  const Nanoseconds of_cluster(networking ? networking->spec().clientidletimeout() : 0);
  return caller.access ? caller.access->AdjustClientIdleTimeout(of_cluster) : of_cluster;
}

asio::awaitable<Status> ProxySsh(std::shared_ptr<Transport> transport, std::shared_ptr<const RpcStreamCall> call,
                                 SshMessages messages) {
  const auto first = co_await messages.Read();
  if (!first) co_return std::unexpected(first.error());
  if (!*first || !(*first)->has_dial_target()) {
    co_return Fail(ErrorKind::kBadParameter, "the first message has no dial target");
  }
  std::function<Result<UniqueFd>()> dial = [transport, target = (*first)->dial_target(), caller = call->caller] {
    return DialNode(*transport, target, caller);
  };
  const DialedSocket socket = co_await OnPool(transport->threads, std::move(dial));
  if (!socket) co_return std::unexpected(socket.error());
  transportv1::ProxySSHResponse details;
  details.mutable_details();
  if (!co_await messages.Write(details)) co_return Status();
  const auto executor = co_await asio::this_coro::executor;
  Tunnel tunnel(messages, MakeSocketStream(executor, std::move(**socket)), true);
  Status status = co_await tunnel.Run(IdleTimeoutOf(transport->auth, *call->caller));
  if (tunnel.idle()) AuditIdle(*transport, *call->caller);
  co_return status;
}

asio::awaitable<Status> ProxyCluster(std::shared_ptr<Transport> transport, std::shared_ptr<const RpcStreamCall> call,
                                     ClusterMessages messages) {
  const auto first = co_await messages.Read();
  if (!first) co_return std::unexpected(first.error());
  if (!*first) co_return Fail(ErrorKind::kBadParameter, "the first message is missing");
  const std::string& cluster = (*first)->cluster();
  if (!cluster.empty() && cluster != transport->auth.cluster_name()) {
    co_return Fail(ErrorKind::kAccessDenied, "access denied: cluster \"{}\" is not known here", cluster);
  }
  auto socket = transport->options.dial_auth(call->caller->remote_address);
  if (!socket) co_return std::unexpected(socket.error());
  const auto executor = co_await asio::this_coro::executor;
  SocketStream stream = MakeSocketStream(executor, std::move(*socket));
  if ((*first)->has_frame()) {
    const std::string& bytes = (*first)->frame().payload();
    error_code error;
    co_await asio::async_write(stream, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
  }
  Tunnel tunnel(messages, std::move(stream), false);
  co_return co_await tunnel.Run(Nanoseconds::zero());
}

}  // namespace

void AddTransportMethods(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth, AuditQueue& audit,
                         TransportOptions options) {
  const auto transport = std::make_shared<Transport>(threads, auth, audit, std::move(options));
  table.AddStream("/teleport.transport.v1.TransportService/ProxySSH", RpcAccess::Authenticated(),
                  StreamHandler<transportv1::ProxySSHRequest, transportv1::ProxySSHResponse>(
                      loop, [transport](std::shared_ptr<const RpcStreamCall> call, SshMessages messages) {
                        return ProxySsh(transport, std::move(call), std::move(messages));
                      }));
  table.AddStream("/teleport.transport.v1.TransportService/ProxyCluster", RpcAccess::Authenticated(),
                  StreamHandler<transportv1::ProxyClusterRequest, transportv1::ProxyClusterResponse>(
                      loop, [transport](std::shared_ptr<const RpcStreamCall> call, ClusterMessages messages) {
                        return ProxyCluster(transport, std::move(call), std::move(messages));
                      }));
}

}  // namespace sallyport
