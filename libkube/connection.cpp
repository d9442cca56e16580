#include "libkube/connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "libbase/address.h"
#include "libclient/stream.h"
#include "libclient/tls.h"
#include "libidentity/x509.h"
#include "libkube/answer_machine.h"

namespace sallyport {
namespace {

// The header limit of AnswerMachine, and a buffer of reading: more bytes that nobody can use are no answer.
constexpr std::size_t kMaxUnused = 300U << 10;

Result<TlsOptions> TlsOptionsOf(const KubeEndpoint& endpoint, const ApiCredential& credential) {
  TlsOptions options;
  options.server_name = endpoint.server_name.empty() ? endpoint.host : endpoint.server_name;
  options.protocols = {"http/1.1"};
  options.authorities_pem = endpoint.ca_pem;
  options.skip_verification = endpoint.skip_verification;
  if (credential.certificate_pem.empty()) return options;

  ASSIGN_OR_RETURN(options.chain, Certificate::ChainFromPem(credential.certificate_pem));
  options.certificate = options.chain.front();
  options.chain.erase(options.chain.begin());
  options.key_pem = credential.key_pem.Clone();
  return options;
}

// The hints of libclient are about a login at a cluster of ours.
std::unexpected<Error> CannotConnect(Error error) {
  error.hint = error.kind == ErrorKind::kNotLoggedIn ? "check the client certificate for the API server"
                                                     : "check server, authority and credentials for the API server";
  return std::unexpected(std::move(error));
}

}  // namespace

KubeConnection::KubeConnection(std::unique_ptr<Stream> stream, std::string where, std::string certificate_pem)
    : stream_(std::move(stream)), where_(std::move(where)), certificate_pem_(std::move(certificate_pem)) {}

KubeConnection::~KubeConnection() { stream_->Close(); }

Result<std::unique_ptr<KubeConnection>> KubeConnection::Open(const KubeEndpoint& endpoint,
                                                             const ApiCredential& credential,
                                                             const NetworkSettings& settings, const CallWait& wait) {
  const HostPort address{endpoint.host, endpoint.port};
  const std::string where = FormatHostPort(address);
  NetworkSettings stoppable = settings;
  stoppable.stop_descriptor = wait.stop_descriptor();
  const Deadline deadline = std::min(wait.deadline(), std::chrono::steady_clock::now() + settings.timeout);
  const auto failed = [&wait](const Error& error) -> std::unexpected<Error> {
    if (const Status running = wait.Check(); !running) return std::unexpected(running.error());
    return CannotConnect(error);
  };

  auto socket = ConnectTcp(address, stoppable, deadline);
  if (!socket) return failed(socket.error());
  std::unique_ptr<Stream> stream;
  if (endpoint.use_tls) {
    const auto options = TlsOptionsOf(endpoint, credential);
    if (!options) return failed(options.error());
    auto secured = TlsStream::Handshake(std::move(*socket), *options, stoppable, where, deadline);
    if (!secured) return failed(secured.error());
    stream = std::move(*secured);
  } else {
    stream = std::make_unique<PlainStream>(std::move(*socket));
  }
  return std::unique_ptr<KubeConnection>(new KubeConnection(std::move(stream), where, credential.certificate_pem));
}

std::unexpected<Error> KubeConnection::Broken() const {
  if (auto failure = stream_->failure()) return CannotConnect(std::move(*failure));
  return Fail(ErrorKind::kConnectionProblem, "the connection to {} broke", where_);
}

Status KubeConnection::Send(const Secret& request, const CallWait& wait) {
  answer_ = std::make_unique<AnswerMachine>(AnswerTo::kRequest);
  answered_ = false;
  received_.clear();
  taken_ = 0;
  body_.clear();

  std::string_view rest = request.Reveal();
  while (!rest.empty()) {
    RETURN_IF_ERROR(wait.Check());
    const IoStep step = stream_->TryWrite(rest);
    if (step.state == IoState::kDone) {
      rest.remove_prefix(step.bytes);
    } else if (step.state == IoState::kWantRead || step.state == IoState::kWantWrite) {
      RETURN_IF_ERROR(wait.For(stream_->fd(), step.state == IoState::kWantRead ? POLLIN : POLLOUT, where_));
    } else {
      return Broken();
    }
  }
  return {};
}

// Reads what the connection has, at least a byte, or its end.
Status KubeConnection::Receive(const CallWait& wait) {
  received_.erase(0, taken_);
  taken_ = 0;
  if (received_.size() > kMaxUnused) {
    return Fail(ErrorKind::kLimitExceeded, "{} answers with more than can be right", where_);
  }

  while (true) {
    RETURN_IF_ERROR(wait.Check());
    const IoStep step = stream_->TryRead(room_.data(), room_.size());
    switch (step.state) {
      case IoState::kDone:
        received_.append(room_.data(), step.bytes);
        answered_ = true;
        return {};
      case IoState::kClosed:
        ended_ = true;
        return {};
      case IoState::kFailed:
        return Broken();
      default:
        RETURN_IF_ERROR(wait.For(stream_->fd(), step.state == IoState::kWantRead ? POLLIN : POLLOUT, where_));
    }
  }
}

// Has the answer take bytes that were received, and receives more when the answer can take none.
Status KubeConnection::Step(const CallWait& wait) {
  auto piece = answer_->Take(std::string_view(received_).substr(taken_), room_);
  if (!piece) return std::unexpected(InContext(where_, std::move(piece).error()));
  taken_ += piece->used;
  body_.append(room_.data(), piece->body);
  if (piece->used > 0 || answer_->IsWhole()) return {};

  RETURN_IF_ERROR(Receive(wait));
  if (!ended_) return {};
  if (const Status ended = answer_->End(); !ended) return std::unexpected(InContext(where_, ended.error()));
  return {};
}

Result<AnswerHead> KubeConnection::ReadHead(const CallWait& wait) {
  while (!answer_->HasHeader()) RETURN_IF_ERROR(Step(wait));
  return AnswerHead{answer_->status(), std::string(std::string_view(answer_->header()["Retry-After"]))};
}

Result<bool> KubeConnection::ReadBody(std::string& body, const CallWait& wait) {
  while (body_.empty() && !answer_->IsWhole()) RETURN_IF_ERROR(Step(wait));
  if (body_.empty()) return false;
  body += body_;
  body_.clear();
  return true;
}

bool KubeConnection::MayServeAnother() const {
  return !ended_ && answer_ != nullptr && answer_->MayServeAnother() && body_.empty() && taken_ == received_.size();
}

bool KubeConnection::IsStale() {
  char byte = 0;
  return ended_ || stream_->TryRead(&byte, 1).state != IoState::kWantRead;
}

}  // namespace sallyport
