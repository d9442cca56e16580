// Keeps connections to API servers alive between requests. Internal to libcluster/kube.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "libbase/mutex.h"
#include "libcluster/kube/exec_credentials.h"
#include "libcluster/kube/upstream.h"
#include "libcluster/net/stream.h"

namespace sallyport {

// A connection to an API server, with or without TLS, as one stream type.
class UpstreamStream {
 public:
  using Plain = asio::generic::stream_protocol::socket;
  using Tls = asio::ssl::stream<Plain>;
  using executor_type = Plain::executor_type;

  using Context = std::shared_ptr<asio::ssl::context>;

  explicit UpstreamStream(Plain socket) : stream_(std::move(socket)) {}
  UpstreamStream(Tls stream, Context context) : context_(std::move(context)), stream_(std::move(stream)) {}

  executor_type get_executor() {
    return std::visit([](auto& stream) { return stream.get_executor(); }, stream_);
  }
  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return std::visit([&](auto& stream) { return stream.async_read_some(buffers, std::forward<Token>(token)); },
                      stream_);
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return std::visit([&](auto& stream) { return stream.async_write_some(buffers, std::forward<Token>(token)); },
                      stream_);
  }
  // Returns whether the server closed the idle connection, or sent unrequested bytes.
  bool IsStale();
  // Returns whether this process has received bytes that were not read.
  bool HasMore();
  // Returns the trust and client certificate of the connection; null without TLS.
  const Context& context() const { return context_; }

 private:
  Context context_;
  std::variant<Plain, Tls> stream_;
};

// The current credential for requests to an API server.
struct UpstreamCredential {
  std::string authorization;        // the header; empty when the connection itself authenticates
  UpstreamStream::Context tls;      // with the client certificate, when there is one; null without TLS
  ExecCredentials::Pointer plugin;  // the plugin's credential, if any
};

// Fails with kBadParameter when the certificates or the key of a cluster cannot be used.
Status CheckCredentials(const KubeEndpoint& endpoint);

// An API server and the state that its connections share. Safe from several threads.
class UpstreamPool {
 public:
  // `threads` run the credential plugin and dial agents, and must outlive the pool. Fails with kBadParameter when
  // certificates or keys cannot be used.
  static Result<std::shared_ptr<UpstreamPool>> Create(asio::io_context& context, ThreadPool& threads,
                                                      KubeUpstream upstream);

  const KubeEndpoint& endpoint() const { return upstream_.endpoint; }
  // Returns the current credential; waits for the credential plugin if it must run.
  asio::awaitable<Result<UpstreamCredential>> Credential();
  // Reports that the server refused a credential (401). Returns whether a retry may get a better one.
  bool Reject(const UpstreamCredential& credential);
  // Ends a running plugin, so that the process can end.
  void Stop();

  // Returns an idle connection that was opened with this credential's certificate, or nullptr. Closes connections that
  // were idle for long.
  std::unique_ptr<UpstreamStream> TakeIdle(const UpstreamCredential& credential);
  void ReturnIdle(std::unique_ptr<UpstreamStream> stream);
  // Opens a connection. Fails with kConnectionProblem, which names the server and the reason.
  asio::awaitable<Result<std::unique_ptr<UpstreamStream>>> Connect(const UpstreamCredential& credential);

 private:
  UpstreamPool(asio::io_context& context, ThreadPool& threads, KubeUpstream upstream)
      : context_(context), threads_(threads), upstream_(std::move(upstream)) {}
  asio::awaitable<Result<UpstreamStream::Plain>> ConnectPlain();
  std::unexpected<Error> CannotReach(std::string_view reason) const;
  Result<std::string> Authorization() const;
  Result<UpstreamCredential> FromPlugin(const ExecCredentials::Pointer& made);

  asio::io_context& context_;
  ThreadPool& threads_;
  const KubeUpstream upstream_;
  UpstreamStream::Context tls_;
  std::shared_ptr<ExecCredentials> plugin_;  // null without one
  Mutex mutex_;
  UpstreamCredential from_plugin_ GUARDED_BY(mutex_);  // the last
  struct Idle {
    std::unique_ptr<UpstreamStream> stream;
    std::chrono::steady_clock::time_point since;
  };
  std::vector<Idle> idle_ GUARDED_BY(mutex_);  // ordered by last use
};

}  // namespace sallyport
