#include "libclient/transport.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "libbase/text.h"
#include "libbase/write_all.h"
#include "libclient/connection_upgrade.h"
#include "libclient/tls.h"
#include "libclient/web_client.h"
#include "teleport/transport/v1/transport_service.pb.h"

namespace sallyport {
namespace {

namespace transportv1 = teleport::transport::v1;

constexpr std::string_view kProxy = "the proxy";
constexpr std::string_view kMethod = "/teleport.transport.v1.TransportService/ProxySSH";
constexpr std::string_view kAmbiguous = "err-node-is-ambiguous";
constexpr std::size_t kFrameBytes = 16 << 10;  // Teleport's own frames are not larger
constexpr int kGrpcUnavailable = 14;           // gRPC's code, by which the proxy reports a missing node
constexpr int kGrpcCancelled = 1;
constexpr std::chrono::milliseconds kFlushTimeout{1000};

Deadline In(Nanoseconds time) { return std::chrono::steady_clock::now() + time; }

// The proxy presents a certificate of the cluster, or the certificate of its web pages.
TlsOptions TlsOf(const Session& session, const HostPort& proxy, const NetworkSettings& settings,
                 std::string authorities) {
  TlsOptions tls;
  tls.server_name = proxy.host;
  tls.protocols = {"teleport-proxy-ssh-grpc", "h2"};
  tls.extra_authorities_pem = std::move(authorities);
  tls.skip_verification = settings.insecure;
  tls.certificate = session.certificate;
  tls.key_pem = session.ring.tls_key_pem.Clone();
  return tls;
}

Error ErrorOfDial(const GrpcStatus& status, const NodeAddress& address) {
  Error error = ErrorOfGrpcStatus(status, kProxy);
  if (error.kind == ErrorKind::kNotLoggedIn) return error;
  if (error.message.contains(kAmbiguous)) {
    return {ErrorKind::kNotFound, fmt::format("several nodes are called {} ({})", address.host, kAmbiguous),
            "choose a node by its ID: tsh ls -v", ErrorDetail::kAmbiguousNode};
  }
  if (status.code == kGrpcUnavailable || error.kind == ErrorKind::kNotFound) {
    return {ErrorKind::kNotFound,
            fmt::format("node {} does not exist or is not connected ({})", address.host, StripControl(status.message)),
            "list the nodes: tsh ls"};
  }
  return InContext(address.host, std::move(error));
}

}  // namespace

Result<std::unique_ptr<NodeConnection>> NodeConnection::Dial(const Session& session, const NetworkSettings& settings,
                                                             std::string_view program, const NodeAddress& address) {
  RETURN_IF_ERROR(RequireTlsRouting(session));
  const std::string& cluster = address.cluster.empty() ? session.profile.cluster : address.cluster;
  ASSIGN_OR_RETURN(const HostPort proxy, ParseHostPort(session.profile.web_proxy_addr, kDefaultWebPort));
  ASSIGN_OR_RETURN(std::string authorities, AuthoritiesOf(session, session.root_cluster));
  const TlsOptions tls = TlsOf(session, proxy, settings, std::move(authorities));
  std::unique_ptr<NodeConnection> connection(new NodeConnection);
  std::unique_ptr<TlsStream> stream;
  if (session.profile.tls_routing_conn_upgrade_required) {
    ASSIGN_OR_RETURN(connection->upgrade_, OpenConnectionUpgrade(proxy, settings));
    ASSIGN_OR_RETURN(stream, TlsStream::Handshake(connection->upgrade_->TakeFd(), tls, settings, FormatHostPort(proxy),
                                                  In(settings.timeout)));
  } else {
    ASSIGN_OR_RETURN(stream, TlsStream::Connect(proxy, tls, settings));
  }
  const HeaderFields fields = GrpcRequestFields(FormatHostPort(proxy), std::string(kMethod), std::string(program),
                                                std::chrono::milliseconds(0));
  ASSIGN_OR_RETURN(connection->call_, GrpcStream::Start(std::move(stream), fields, std::string(kProxy)));
  transportv1::ProxySSHRequest request;
  request.mutable_dial_target()->set_host_port(FormatHostPort({address.host, address.port}));
  request.mutable_dial_target()->set_cluster(cluster);
  connection->call_->Send(request.SerializeAsString());
  const auto reached = connection->AwaitNode(In(session.profile.ssh_dial_timeout));
  if (reached) return connection;
  if (const auto& ended = connection->call_->ended()) return std::unexpected(ErrorOfDial(*ended, address));
  return std::unexpected(reached.error());
}

// The first answer comes when the node is reached.
Status NodeConnection::AwaitNode(Deadline deadline) {
  while (true) {
    RETURN_IF_ERROR(call_->Step());
    ASSIGN_OR_RETURN(const auto message, call_->Next());
    if (message) return Take(*message);
    if (call_->ended()) return Fail(ErrorKind::kConnectionProblem, "the proxy ended the connection");
    if (!WaitFor(call_->fd(), call_->events(), deadline)) return std::unexpected(AnswersTooLate(kProxy));
  }
}

Status NodeConnection::Take(const std::string& message) {
  transportv1::ProxySSHResponse answer;
  if (!answer.ParseFromString(message))
    return Fail(ErrorKind::kBadParameter, "the proxy sent an answer that cannot be decoded");
  if (answer.has_ssh()) from_node_ += answer.ssh().payload();
  return {};
}

Status NodeConnection::Relay(int in, int out) {
  while (true) {
    RETURN_IF_ERROR(call_->Step());
    ASSIGN_OR_RETURN(const bool moved, Receive(out));
    if (out_ended_) return {};
    if (moved) continue;  // more bytes may be available
    if (const auto& ended = call_->ended()) {
      if (ended->code == 0 || ended->code == kGrpcCancelled) return {};
      return std::unexpected(ErrorOfGrpcStatus(*ended, kProxy));
    }
    const bool reading = !in_ended_ && call_->HasRoom();
    // poll reports without requested events that the reader has ended.
    pollfd entries[] = {{call_->fd(), call_->events(), 0}, {reading ? in : -1, POLLIN, 0}, {out, 0, 0}};
    if (::poll(entries, 3, -1) < 0) continue;  // interrupted
    if (entries[1].revents != 0) Forward(in);
    if ((entries[2].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return Flush();
  }
}

// Returns whether any bytes arrived.
Result<bool> NodeConnection::Receive(int out) {
  bool moved = false;
  while (true) {
    if (!from_node_.empty() && !WriteAll(out, from_node_)) out_ended_ = true;
    from_node_.clear();
    if (out_ended_) return moved;
    ASSIGN_OR_RETURN(const auto message, call_->Next());
    if (!message) return moved;
    RETURN_IF_ERROR(Take(*message));
    moved = true;
  }
}

void NodeConnection::Forward(int in) {
  char buffer[kFrameBytes];
  const ssize_t count = ::read(in, buffer, sizeof buffer);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count > 0) {
    transportv1::ProxySSHRequest request;
    request.mutable_ssh()->set_payload(buffer, static_cast<std::size_t>(count));
    call_->Send(request.SerializeAsString());
    return;
  }
  in_ended_ = true;
  call_->EndSending();
}

// Waits briefly for the last bytes to be sent.
Status NodeConnection::Flush() {
  const Deadline deadline = In(kFlushTimeout);
  while (!call_->IsFlushed() && !call_->ended()) {
    if (!call_->Step() || !WaitFor(call_->fd(), POLLIN | POLLOUT, deadline)) break;
  }
  return {};
}

}  // namespace sallyport
