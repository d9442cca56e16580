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
#include "libcluster/proxy/ssh_router.h"
#include "teleport/transport/v1/transport_service.pb.h"

namespace sallyport {
namespace {

namespace transportv1 = teleport::transport::v1;
using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;
using SshMessages = RpcMessages<transportv1::ProxySSHRequest, transportv1::ProxySSHResponse>;
using ClusterMessages = RpcMessages<transportv1::ProxyClusterRequest, transportv1::ProxyClusterResponse>;

constexpr std::string_view kSshVersion = "SSH-2.0";
constexpr std::chrono::seconds kRightsCheck{2};
constexpr std::chrono::milliseconds kLastWords{500};  // for what is said to the user at the end

// What the service is made of, shared by its calls.
struct Transport {
  ThreadPool& threads;
  AuthServer& auth;
  AuditQueue& audit;
  TransportOptions options;
};

using Dialed = Result<std::shared_ptr<SshRoute>>;

// Finds the node and opens a connection to it, on the pool.
asio::awaitable<Dialed> DialNode(Transport& transport, transportv1::TargetHost target,
                                 std::shared_ptr<const Caller> caller) {
  const auto start = [&transport, target = std::move(target), caller = std::move(caller)](auto done) {
    transport.threads.Submit([&transport, target, caller, done = std::move(done)] {
      auto route = transport.options.router->Dial(target.host_port(), target.cluster(), caller);
      if (!route) return done(Dialed(std::unexpected(std::move(route).error())));
      done(Dialed(std::make_shared<SshRoute>(std::move(*route))));
    });
  };
  co_return co_await AwaitCallback<Dialed>(start);
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
  asio::awaitable<Status> Run() {
    co_await (ToSocket() || FromSocket() || messages_.UntilLeft());
    co_return status_;
  }
  // When the client last sent something.
  std::chrono::steady_clock::time_point active() const { return active_; }

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

  RpcMessages<Request, Response> messages_;
  SocketStream socket_;
  const bool ssh_;
  SshGreeting greeting_;
  Status status_;
  std::chrono::steady_clock::time_point active_ = std::chrono::steady_clock::now();
};

using SshTunnel = Tunnel<transportv1::ProxySSHRequest, transportv1::ProxySSHResponse>;

// Why a connection must end now; "" while it need not.
std::string ReasonToEnd(const Transport& transport, const Caller& caller, const SshRoute& route,
                        const SshTunnel& tunnel) {
  const Identity& identity = caller.identity;
  const SshPermit& permit = route.dial.permit;
  if (const Status status = transport.auth.locks().Check(identity); !status) return status.error().message;
  const Time end = identity.previous_identity_expires.value_or(identity.expires);
  if (permit.disconnect_expired_cert && end <= Now()) return "your login has expired; log in again";
  const auto idle = std::chrono::steady_clock::now() - tunnel.active();
  const bool limited = permit.client_idle_timeout > Nanoseconds::zero();
  if (limited && idle >= permit.client_idle_timeout) return "you were idle for too long";
  return "";
}

// Watches what may end a connection from this side; tells the user and the audit log when something does.
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

asio::awaitable<Status> ProxySsh(std::shared_ptr<Transport> transport, std::shared_ptr<const RpcStreamCall> call,
                                 SshMessages messages) {
  const auto first = co_await messages.Read();
  if (!first) co_return std::unexpected(first.error());
  if (!*first || !(*first)->has_dial_target()) {
    co_return Fail(ErrorKind::kBadParameter, "the first message has no dial target");
  }
  auto dialing = DialNode(*transport, (*first)->dial_target(), call->caller);
  const Dialed route = co_await std::move(dialing);
  if (!route) co_return std::unexpected(route.error());
  transportv1::ProxySSHResponse details;
  details.mutable_details();
  if (!co_await messages.Write(details)) co_return Status();
  const auto executor = co_await asio::this_coro::executor;
  SshTunnel tunnel(messages, MakeSocketStream(executor, std::move((*route)->socket)), true);
  const auto ended = co_await (tunnel.Run() || WatchRights(*transport, *call->caller, **route, tunnel));
  if (ended.index() == 0) co_return std::get<0>(ended);
  co_return Status();
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
  co_return co_await tunnel.Run();
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
