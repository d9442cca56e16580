#include "libcluster/kube/upstream_pool.h"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <chrono>

#include "libbase/log.h"
#include "libcluster/net/await_callback.h"
#include "libcluster/net/on_pool.h"
#include "libcluster/net/operation_deadline.h"
#include "libkube/credentials.h"

namespace sallyport {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kMaxIdle = 128;
constexpr std::chrono::seconds kMaxIdleTime{60};  // servers of Kubernetes close theirs after 90 s
constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::string_view kTooLate = "no answer in time";

// A service has no terminal for a passphrase prompt.
int NoPassphrase(char*, int, int, void*) { return -1; }

// Returns the TLS settings for the cluster: its trust, and a client certificate of the kubeconfig or of a plugin.
Result<UpstreamStream::Context> MakeTls(const KubeEndpoint& endpoint, const std::string& certificate_pem,
                                        const Secret& key_pem) {
  if (!endpoint.use_tls) return nullptr;
  auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  error_code error;
  SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_default_passwd_cb(tls->native_handle(), NoPassphrase);
  if (!endpoint.ca_pem.empty()) {
    tls->add_certificate_authority(asio::buffer(endpoint.ca_pem), error);
  } else {
    tls->set_default_verify_paths(error);
  }
  if (!error && !certificate_pem.empty()) {
    tls->use_certificate_chain(asio::buffer(certificate_pem), error);
    if (!error) tls->use_private_key(asio::buffer(key_pem.Reveal()), asio::ssl::context::pem, error);
  }
  if (error) {
    return Fail(ErrorKind::kBadParameter, "credentials of Kubernetes cluster \"{}\" cannot be used: {}", endpoint.name,
                error.message());
  }
  return tls;
}

}  // namespace

Status CheckCredentials(const KubeEndpoint& endpoint) {
  ASSIGN_OR_RETURN(const auto tls, MakeTls(endpoint, endpoint.client_certificate_pem, endpoint.client_key_pem));
  return {};
}

bool UpstreamStream::IsStale() {
  const int socket = std::visit([](auto& stream) { return stream.lowest_layer().native_handle(); }, stream_);
  char byte;
  const ssize_t count = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

bool UpstreamStream::HasMore() {
  auto* const tls = std::get_if<Tls>(&stream_);
  if (tls == nullptr) return false;
  // The bytes that OpenSSL has decrypted or begun to decrypt, and the bytes that Asio has given to OpenSSL.
  SSL* const ssl = tls->native_handle();
  return SSL_has_pending(ssl) != 0 || BIO_ctrl_pending(SSL_get_rbio(ssl)) > 0;
}

Result<std::shared_ptr<UpstreamPool>> UpstreamPool::Create(asio::io_context& context, ThreadPool& threads,
                                                           KubeUpstream upstream) {
  std::optional<ExecPlugin> plugin = std::exchange(upstream.endpoint.exec, std::nullopt);
  std::shared_ptr<UpstreamPool> pool(new UpstreamPool(context, threads, std::move(upstream)));
  ASSIGN_OR_RETURN(pool->tls_,
                   MakeTls(pool->endpoint(), pool->endpoint().client_certificate_pem, pool->endpoint().client_key_pem));
  if (plugin) pool->plugin_ = ExecCredentials::Create(threads, std::move(*plugin));
  return pool;
}

Result<std::string> UpstreamPool::Authorization() const {
  const auto authorization = StaticAuthorization(endpoint());
  if (authorization) return std::string(authorization->Reveal());

  // The error names a path of this host: the cluster's user does not see it.
  Log(LogLevel::kWarning, "the token of a Kubernetes cluster cannot be used",
      {{"kubernetes_cluster", endpoint().name}, {"error", authorization.error().message}});
  return Fail(ErrorKind::kConnectionProblem, "the {} of Kubernetes cluster \"{}\" cannot be read",
              endpoint().bearer_token_file.empty() ? "token" : "token file", endpoint().name);
}

asio::awaitable<Result<UpstreamCredential>> UpstreamPool::Credential() {
  if (!plugin_) {
    auto authorization = Authorization();
    if (!authorization) co_return std::unexpected(authorization.error());
    co_return UpstreamCredential{std::move(*authorization), tls_, nullptr};
  }

  const auto plugin = plugin_;
  auto get = [plugin](auto callback) { plugin->Get(std::move(callback)); };
  const auto made = co_await AwaitCallback<Result<ExecCredentials::Pointer>>(get);
  if (!made) {
    co_return std::unexpected(InContext(fmt::format("Kubernetes cluster \"{}\"", endpoint().name), made.error()));
  }
  co_return FromPlugin(*made);
}

// A new token can use open connections; only a new certificate needs new connections.
Result<UpstreamCredential> UpstreamPool::FromPlugin(const ExecCredentials::Pointer& made) {
  const MutexLock lock(mutex_);
  if (from_plugin_.plugin == made) return from_plugin_;
  UpstreamCredential credential{"", tls_, made};
  if (!made->token.empty()) credential.authorization = "Bearer " + made->token.Reveal();
  if (!made->client_certificate_pem.empty()) {
    ASSIGN_OR_RETURN(credential.tls, MakeTls(endpoint(), made->client_certificate_pem, made->client_key_pem));
  }
  from_plugin_ = std::move(credential);
  return from_plugin_;
}

bool UpstreamPool::Reject(const UpstreamCredential& credential) {
  return plugin_ && plugin_->Reject(credential.plugin);
}

void UpstreamPool::Stop() {
  if (plugin_) plugin_->Stop();
}

std::unique_ptr<UpstreamStream> UpstreamPool::TakeIdle(const UpstreamCredential& credential) {
  const MutexLock lock(mutex_);
  const auto oldest = std::chrono::steady_clock::now() - kMaxIdleTime;
  while (!idle_.empty()) {
    auto [stream, since] = std::move(idle_.back());
    idle_.pop_back();
    if (since < oldest) {
      // The remaining streams came back earlier: all are too old.
      idle_.clear();
    } else if (stream->context() == credential.tls && !stream->IsStale()) {
      return std::move(stream);
    }
  }
  return nullptr;
}

void UpstreamPool::ReturnIdle(std::unique_ptr<UpstreamStream> stream) {
  const MutexLock lock(mutex_);
  if (idle_.size() < kMaxIdle) idle_.push_back({std::move(stream), std::chrono::steady_clock::now()});
}

asio::awaitable<Result<UpstreamStream::Plain>> UpstreamPool::ConnectPlain() {
  if (upstream_.dial) {
    const auto dial = [this](auto done) {
      upstream_.dial([done](Result<UniqueFd> answer) { done(std::make_shared<Result<UniqueFd>>(std::move(answer))); });
    };
    const auto dialled = co_await AwaitCallback<std::shared_ptr<Result<UniqueFd>>>(dial);
    if (!*dialled) co_return std::unexpected(dialled->error());
    co_return WrapSocket(context_.get_executor(), std::move(**dialled));
  }

  error_code error;
  tcp::socket socket(context_);
  tcp::resolver resolver(context_);
  const std::function<void()> give_up = [&] {
    error_code ignored;
    resolver.cancel();
    socket.close(ignored);
  };
  const auto executor = co_await asio::this_coro::executor;
  const OperationDeadline deadline(executor, kConnectTimeout, give_up);

  const auto found = co_await resolver.async_resolve(endpoint().host, std::to_string(endpoint().port),
                                                     asio::redirect_error(asio::use_awaitable, error));
  // A name resolved too late opens no connection: no deadline would limit it.
  if (deadline.expired()) co_return CannotReach(kTooLate);
  if (!error) co_await asio::async_connect(socket, found, asio::redirect_error(asio::use_awaitable, error));
  if (deadline.expired()) co_return CannotReach(kTooLate);
  if (error) co_return CannotReach(error.message());
  socket.set_option(tcp::no_delay(true), error);
  co_return UpstreamStream::Plain(std::move(socket));
}

std::unexpected<Error> UpstreamPool::CannotReach(std::string_view reason) const {
  return Fail(ErrorKind::kConnectionProblem, "cannot reach the API server of Kubernetes cluster \"{}\" at {}:{}: {}",
              endpoint().name, endpoint().host, endpoint().port, reason);
}

asio::awaitable<Result<std::unique_ptr<UpstreamStream>>> UpstreamPool::Connect(const UpstreamCredential& credential) {
  auto socket = co_await ConnectPlain();
  if (!socket) co_return std::unexpected(socket.error());
  if (!endpoint().use_tls) co_return std::make_unique<UpstreamStream>(std::move(*socket));

  UpstreamStream::Tls stream(std::move(*socket), *credential.tls);
  const std::string& name = endpoint().server_name.empty() ? endpoint().host : endpoint().server_name;
  SSL_set_tlsext_host_name(stream.native_handle(), name.c_str());
  if (!endpoint().skip_verification) {
    stream.set_verify_mode(asio::ssl::verify_peer);
    // The agent's identity was checked at the call that it opened.
    if (!upstream_.dial) stream.set_verify_callback(asio::ssl::host_name_verification(name));
  }
  error_code error;
  const std::function<void()> give_up = [&stream] {
    error_code ignored;
    stream.lowest_layer().close(ignored);
  };
  const auto executor = co_await asio::this_coro::executor;
  const OperationDeadline deadline(executor, kConnectTimeout, give_up);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
  if (deadline.expired()) co_return CannotReach(kTooLate);
  if (error) co_return CannotReach(error.message());
  co_return std::make_unique<UpstreamStream>(std::move(stream), credential.tls);
}

}  // namespace sallyport
