#include "libcluster/proxy/transport.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "libbase/log.h"
#include "libcluster/auth/audit/audit_queue.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/net/on_pool.h"
#include "libcluster/proxy/dial_limits.h"
#include "libcluster/proxy/ssh_router.h"
#include "libcluster/rpc/stream_tunnel.h"
#include "teleport/transport/v1/transport_service.pb.h"

namespace sallyport {
namespace {

namespace transportv1 = teleport::transport::v1;
using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;

constexpr std::string_view kSshVersion = "SSH-2.0";
constexpr std::chrono::milliseconds kNodeCheck{50};
constexpr std::chrono::seconds kRightsCheck{2};
constexpr std::chrono::milliseconds kLastWords{500};  // time for the last message to the user

// The state of the service, shared by its calls.
struct Transport {
  ThreadPool& threads;
  AuthServer& auth;
  AuditQueue& audit;
  TransportOptions options;
  std::shared_ptr<DialLimits> dials = std::make_shared<DialLimits>();
};

// Checks that a client's first bytes can be SSH.
class SshGreeting {
 public:
  Status Check(std::string_view bytes) {
    if (seen_.size() < kSshVersion.size()) seen_ += bytes.substr(0, kSshVersion.size() - seen_.size());
    if (kSshVersion.starts_with(seen_)) return {};
    return Fail(ErrorKind::kAccessDenied, "access denied: the connection does not use SSH");
  }

 private:
  std::string seen_;
};

struct SshCarrier {
  using Request = transportv1::ProxySSHRequest;
  using Response = transportv1::ProxySSHResponse;
  static const std::string* BytesOf(const Request& request) {
    return request.has_ssh() ? &request.ssh().payload() : nullptr;
  }
  static Response With(std::string bytes) {
    Response response;
    response.mutable_ssh()->set_payload(std::move(bytes));
    return response;
  }
};
using SshTunnel = StreamTunnel<SshCarrier>;

struct ClusterCarrier {
  using Request = transportv1::ProxyClusterRequest;
  using Response = transportv1::ProxyClusterResponse;
  static const std::string* BytesOf(const Request& request) {
    return request.has_frame() ? &request.frame().payload() : nullptr;
  }
  static Response With(std::string bytes) {
    Response response;
    response.mutable_frame()->set_payload(std::move(bytes));
    return response;
  }
};
using ClusterTunnel = StreamTunnel<ClusterCarrier>;

// Returns why a connection must end now, or "".
std::string ReasonToEnd(const Transport& transport, const Caller& caller, const SshRoute& route,
                        const SshTunnel& tunnel) {
  const Identity& identity = caller.identity;
  const SshPermit& permit = route.dial.permit;
  if (const Status status = transport.auth.locks().Check(identity); !status) return status.error().message;
  if (const Status status = transport.auth.locks().CheckHost(route.host_id); !status) return status.error().message;
  const Time end = identity.previous_identity_expires.value_or(identity.expires);
  if (permit.disconnect_expired_cert && end <= Now()) return "your login has expired; log in again";
  const auto idle = std::chrono::steady_clock::now() - tunnel.active();
  const bool limited = permit.client_idle_timeout > Nanoseconds::zero();
  if (limited && idle >= permit.client_idle_timeout) return "you were idle for too long";
  return "";
}

// Ends a connection when the user loses access, and tells the user and the audit log.
asio::awaitable<void> WatchRights(Transport& transport, const Caller& caller, const SshRoute& route,
                                  const SshTunnel& tunnel) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  std::string reason;
  while (!error && reason.empty()) {
    timer.expires_after(kRightsCheck);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (!error) reason = ReasonToEnd(transport, caller, route, tunnel);
  }
  if (reason.empty()) co_return;
  AuditEvent event(audit::kClientDisconnect, transport.auth.cluster_name());
  event.By(caller).Add("proto", "ssh").Add("reason", reason);
  if (!transport.audit.Push(event.ToRecord())) Log(LogLevel::kError, "an audit event was lost");
  route.agent->End(route.dial.id, reason);
  timer.expires_after(kLastWords);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

// Reports a connection's traffic to the node's agent, however it ends.
class TrafficReport {
 public:
  TrafficReport(const SshRoute& route, const SshTunnel& tunnel) : route_(route), tunnel_(tunnel) {}
  ~TrafficReport() { route_.agent->Carried(route_.dial.id, {tunnel_.from_caller(), tunnel_.to_caller()}); }
  TrafficReport(const TrafficReport&) = delete;
  TrafficReport& operator=(const TrafficReport&) = delete;

 private:
  const SshRoute& route_;
  const SshTunnel& tunnel_;
};

// The connection may have ended with its node, which shows a moment later, or by a lock of its host.
asio::awaitable<Status> NodeIsThere(const Transport& transport, const SshRoute& route, std::string target) {
  asio::steady_timer timer(co_await asio::this_coro::executor, kNodeCheck);
  error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (Status status = transport.auth.locks().CheckHost(route.host_id); !status) co_return status;
  if (route.agent->IsThere()) co_return Status();
  co_return Fail(ErrorKind::kConnectionProblem, "the connection ended: node {} is no longer connected", target);
}

// The agent's answer to a dial. If the client has left, the connection carries nothing.
struct Dialled {
  Dialled(SshRoute route_in, Result<UniqueFd> socket_in) : route(std::move(route_in)), socket(std::move(socket_in)) {}
  ~Dialled() {
    if (socket && !taken) route.agent->Carried(route.dial.id, {});
  }
  Dialled(const Dialled&) = delete;
  Dialled& operator=(const Dialled&) = delete;

  const SshRoute route;
  Result<UniqueFd> socket;
  bool taken = false;
};

// Waits for the agent without a thread. Returns nullptr when the client has left.
asio::awaitable<std::shared_ptr<Dialled>> Dial(Transport& transport, SshRoute route, SshTunnel::Messages messages) {
  const auto start = [&threads = transport.threads, route](auto done) {
    threads.Submit([route, done] {
      route.agent->Dial(route.dial, [route, done](Result<UniqueFd> socket) {
        done(std::make_shared<Dialled>(route, std::move(socket)));
      });
    });
  };
  const std::shared_ptr<Dialled> nobody;
  const auto ended = co_await (AwaitCallbackOr<std::shared_ptr<Dialled>>(nobody, start) || messages.UntilLeft());
  co_return ended.index() == 0 ? std::get<0>(ended) : nullptr;
}

// Authorizes the target and opens a connection to it. Returns nothing when the client has left.
asio::awaitable<Result<std::shared_ptr<Dialled>>> Open(Transport& transport, const transportv1::TargetHost& target,
                                                       std::shared_ptr<const Caller> caller,
                                                       SshTunnel::Messages messages) {
  const auto ticket = transport.dials->Take(caller->identity.username);
  if (!ticket) co_return std::unexpected(ticket.error());
  std::function<Result<SshRoute>()> find = [&transport, target, caller] {
    return transport.options.router->Route(target.host_port(), target.cluster(), *caller);
  };
  const auto route = co_await OnPool(transport.threads, std::move(find));
  if (!*route) co_return std::unexpected(route->error());
  auto dialled = co_await Dial(transport, std::move(**route), messages);
  if (dialled && !dialled->socket) co_return std::unexpected(dialled->socket.error());
  co_return dialled;
}

asio::awaitable<Status> ProxySsh(std::shared_ptr<Transport> transport, std::shared_ptr<const RpcStreamCall> call,
                                 SshTunnel::Messages messages) {
  const auto first = co_await messages.Read();
  if (!first) co_return std::unexpected(first.error());
  if (!*first || !(*first)->has_dial_target()) {
    co_return Fail(ErrorKind::kBadParameter, "the first message has no dial target");
  }
  if (!transport->audit.Accepts()) co_return std::unexpected(AuditQueue::Refusal());
  const auto dialled = co_await Open(*transport, (*first)->dial_target(), call->caller, messages);
  if (!dialled) co_return std::unexpected(dialled.error());
  if (!*dialled) co_return Status();
  const SshRoute& route = (*dialled)->route;
  (*dialled)->taken = true;
  const auto executor = co_await asio::this_coro::executor;
  UniqueFd socket = std::move(*(*dialled)->socket);
  SshTunnel tunnel(messages, MakeSocketStream(executor, std::move(socket)),
                   [greeting = SshGreeting()](std::string_view bytes) mutable { return greeting.Check(bytes); });
  const TrafficReport report(route, tunnel);
  transportv1::ProxySSHResponse details;
  details.mutable_details();
  if (!co_await messages.Write(details)) co_return Status();
  // Bytes in the message that names the target are not for the node.
  const transportv1::ProxySSHRequest nothing;
  const auto ended = co_await (tunnel.Run(nothing) || WatchRights(*transport, *call->caller, route, tunnel));
  if (ended.index() != 0) co_return Status();
  if (!std::get<0>(ended)) co_return std::get<0>(ended);
  std::string target = (*first)->dial_target().host_port();
  co_return co_await NodeIsThere(*transport, route, std::move(target));
}

asio::awaitable<Status> ProxyCluster(std::shared_ptr<Transport> transport, std::shared_ptr<const RpcStreamCall> call,
                                     ClusterTunnel::Messages messages) {
  const auto first = co_await messages.Read();
  if (!first) co_return std::unexpected(first.error());
  if (!*first) co_return Fail(ErrorKind::kBadParameter, "the first message is missing");
  const std::string& cluster = (*first)->cluster();
  if (!cluster.empty() && cluster != transport->auth.cluster_name()) {
    co_return Fail(ErrorKind::kAccessDenied, "access denied: cluster \"{}\" is not known to this proxy", cluster);
  }
  auto socket = transport->options.dial_auth(call->caller->remote_address);
  if (!socket) co_return std::unexpected(socket.error());
  const auto executor = co_await asio::this_coro::executor;
  ClusterTunnel tunnel(messages, MakeSocketStream(executor, std::move(*socket)));
  co_return co_await tunnel.Run(**first);
}

}  // namespace

void AddTransportMethods(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth, AuditQueue& audit,
                         TransportOptions options) {
  const auto transport = std::make_shared<Transport>(threads, auth, audit, std::move(options));
  table.AddStream("/teleport.transport.v1.TransportService/ProxySSH", RpcAccess::Authenticated(),
                  StreamHandler<transportv1::ProxySSHRequest, transportv1::ProxySSHResponse>(
                      loop, [transport](std::shared_ptr<const RpcStreamCall> call, SshTunnel::Messages messages) {
                        return ProxySsh(transport, std::move(call), std::move(messages));
                      }));
  table.AddStream("/teleport.transport.v1.TransportService/ProxyCluster", RpcAccess::Authenticated(),
                  StreamHandler<transportv1::ProxyClusterRequest, transportv1::ProxyClusterResponse>(
                      loop, [transport](std::shared_ptr<const RpcStreamCall> call, ClusterTunnel::Messages messages) {
                        return ProxyCluster(transport, std::move(call), std::move(messages));
                      }));
}

}  // namespace sallyport
