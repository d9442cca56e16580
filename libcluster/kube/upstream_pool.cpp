#include "libcluster/kube/upstream_pool.h"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "libbase/encoding.h"
#include "libbase/file.h"

namespace sallyport {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxIdle = 128;
constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::size_t kMaxTokenBytes = 64 << 10;

}  // namespace

bool UpstreamStream::IsStale() {
  const int socket = std::visit([](auto& stream) { return stream.lowest_layer().native_handle(); }, stream_);
  char byte;
  const ssize_t count = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

Result<std::shared_ptr<UpstreamPool>> UpstreamPool::Create(asio::io_context& context, KubeUpstream upstream) {
  std::shared_ptr<UpstreamPool> pool(new UpstreamPool(context, std::move(upstream)));
  if (pool->upstream_.use_tls) RETURN_IF_ERROR(pool->PrepareTls());
  return pool;
}

Status UpstreamPool::PrepareTls() {
  error_code error;
  SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
  if (!upstream_.ca_pem.empty()) {
    tls_.add_certificate_authority(asio::buffer(upstream_.ca_pem), error);
  } else {
    tls_.set_default_verify_paths(error);
  }
  if (!error && !upstream_.client_certificate_pem.empty()) {
    tls_.use_certificate_chain(asio::buffer(upstream_.client_certificate_pem), error);
    if (!error) {
      tls_.use_private_key(asio::buffer(upstream_.client_key_pem.Reveal()), asio::ssl::context::pem, error);
    }
  }
  if (error) {
    return Fail(ErrorKind::kBadParameter, "credentials of Kubernetes cluster \"{}\" cannot be used: {}", upstream_.name,
                error.message());
  }
  return {};
}

Result<std::string> UpstreamPool::Authorization() const {
  if (!upstream_.bearer_token_file.empty()) {
    ASSIGN_OR_RETURN(std::string token, ReadFile(upstream_.bearer_token_file, kMaxTokenBytes));
    while (token.ends_with('\n')) token.pop_back();
    return "Bearer " + token;
  }
  if (!upstream_.bearer_token.empty()) return "Bearer " + upstream_.bearer_token.Reveal();
  if (!upstream_.basic_authorization.empty()) return "Basic " + ToBase64(upstream_.basic_authorization.Reveal());
  return std::string();
}

std::unique_ptr<UpstreamStream> UpstreamPool::TakeIdle() {
  const std::lock_guard lock(mutex_);
  while (!idle_.empty()) {
    auto stream = std::move(idle_.back());
    idle_.pop_back();
    if (!stream->IsStale()) return stream;
  }
  return nullptr;
}

void UpstreamPool::ReturnIdle(std::unique_ptr<UpstreamStream> stream) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(stream));
}

asio::awaitable<Result<std::unique_ptr<UpstreamStream>>> UpstreamPool::Connect() {
  const auto fail = [this](const error_code& reason) {
    return Fail(ErrorKind::kConnectionProblem, "cannot reach the API server of Kubernetes cluster \"{}\" at {}:{}: {}",
                upstream_.name, upstream_.host, upstream_.port, reason.message());
  };
  error_code error;
  tcp::socket socket(context_);
  asio::steady_timer deadline(co_await asio::this_coro::executor, kConnectTimeout);
  deadline.async_wait([&socket](error_code code) {
    error_code ignored;
    if (!code) socket.close(ignored);
  });
  tcp::resolver resolver(context_);
  const auto found = co_await resolver.async_resolve(upstream_.host, std::to_string(upstream_.port),
                                                     asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(error);
  co_await asio::async_connect(socket, found, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(error);
  socket.set_option(tcp::no_delay(true), error);
  if (!upstream_.use_tls) co_return std::make_unique<UpstreamStream>(std::move(socket));

  UpstreamStream::Tls stream(std::move(socket), tls_);
  const std::string& name = upstream_.server_name.empty() ? upstream_.host : upstream_.server_name;
  SSL_set_tlsext_host_name(stream.native_handle(), name.c_str());
  if (!upstream_.skip_verification) {
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(name));
  }
  deadline.expires_after(kConnectTimeout);
  deadline.async_wait([&stream](error_code code) {
    error_code ignored;
    if (!code) stream.lowest_layer().close(ignored);
  });
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
  deadline.cancel();
  if (error) co_return fail(error);
  co_return std::make_unique<UpstreamStream>(std::move(stream));
}

}  // namespace sallyport
