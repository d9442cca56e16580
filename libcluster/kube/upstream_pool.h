// Connections to API servers, kept alive between requests. Internal to libcluster/kube.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "libcluster/kube/upstream.h"
#include "libcluster/net/stream.h"

namespace sallyport {

// A connection to an API server, with or without TLS, as one stream type.
class UpstreamStream {
 public:
  using Plain = asio::ip::tcp::socket;
  using Tls = asio::ssl::stream<asio::ip::tcp::socket>;
  using executor_type = Plain::executor_type;

  explicit UpstreamStream(Plain socket) : stream_(std::move(socket)) {}
  explicit UpstreamStream(Tls stream) : stream_(std::move(stream)) {}

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
  // Whether the other side closed it, or sent something that nobody asked for, while it was idle.
  bool IsStale();

 private:
  std::variant<Plain, Tls> stream_;
};

// An API server with what all its connections share. Safe from several threads.
class UpstreamPool {
 public:
  // Fails with kBadParameter when certificates or keys cannot be used.
  static Result<std::shared_ptr<UpstreamPool>> Create(asio::io_context& context, KubeUpstream upstream);

  const KubeUpstream& upstream() const { return upstream_; }
  // What the Authorization header must be; empty when the connection itself authenticates.
  Result<std::string> Authorization() const;

  // Returns an idle connection, or nullptr.
  std::unique_ptr<UpstreamStream> TakeIdle();
  void ReturnIdle(std::unique_ptr<UpstreamStream> stream);
  // Opens a connection; kConnectionProblem names the server and why.
  asio::awaitable<Result<std::unique_ptr<UpstreamStream>>> Connect();

 private:
  UpstreamPool(asio::io_context& context, KubeUpstream upstream) : context_(context), upstream_(std::move(upstream)) {}
  Status PrepareTls();

  asio::io_context& context_;
  const KubeUpstream upstream_;
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  std::mutex mutex_;
  std::vector<std::unique_ptr<UpstreamStream>> idle_;
};

}  // namespace sallyport
