// Carries the bytes of a connection inside a gRPC call. Internal to libcluster.
#pragma once

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "libcluster/net/copy.h"
#include "libcluster/rpc/rpc_stream.h"

namespace sallyport {

// Carries bytes between a call and a socket. `Carrier` names the messages: Request and Response, `const std::string*
// BytesOf(const Request&)` (nullptr: no bytes) and `Response With(std::string bytes)`.
template <typename Carrier>
class StreamTunnel {
 public:
  using Messages = RpcMessages<typename Carrier::Request, typename Carrier::Response>;
  // Checks the caller's bytes before they are forwarded; an error ends the tunnel.
  using Check = std::function<Status(std::string_view bytes)>;

  StreamTunnel(Messages messages, SocketStream socket, Check check = {})
      : messages_(std::move(messages)), socket_(std::move(socket)), check_(std::move(check)) {}

  // Copies until either side ends; `first` is the first received message.
  asio::awaitable<Status> Run(const typename Carrier::Request& first) {
    using namespace asio::experimental::awaitable_operators;
    co_await (ToSocket(first) || FromSocket() || messages_.UntilLeft());
    // Closing this descriptor would not end the connection: other holders may have duplicates.
    boost::system::error_code ignored;
    socket_.socket().shutdown(asio::socket_base::shutdown_both, ignored);
    co_return status_;
  }
  // Returns the time of the caller's last bytes.
  std::chrono::steady_clock::time_point active() const { return active_; }
  // Return the number of bytes from the caller, and to the caller.
  std::uint64_t from_caller() const { return from_caller_; }
  std::uint64_t to_caller() const { return to_caller_; }

 private:
  asio::awaitable<bool> Pass(const typename Carrier::Request& request) {
    active_ = std::chrono::steady_clock::now();
    const std::string* bytes = Carrier::BytesOf(request);
    if (bytes == nullptr || bytes->empty()) co_return true;
    if (check_) status_ = check_(*bytes);
    if (!status_) co_return false;
    boost::system::error_code error;
    co_await asio::async_write(socket_, asio::buffer(*bytes), asio::redirect_error(asio::use_awaitable, error));
    if (!error) from_caller_ += bytes->size();
    co_return !error;
  }

  asio::awaitable<void> ToSocket(const typename Carrier::Request& first) {
    bool open = co_await Pass(first);
    while (open) {
      const auto request = co_await messages_.Read();
      if (!request || !*request) break;
      open = co_await Pass(**request);
    }
    if (!status_) co_return;
    // The caller has ended its side and may still read.
    boost::system::error_code error;
    socket_.socket().shutdown(asio::socket_base::shutdown_send, error);
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }

  asio::awaitable<void> FromSocket() {
    std::array<char, kTunnelBytes> buffer;
    boost::system::error_code error;
    bool open = true;
    while (open) {
      const std::size_t count =
          co_await socket_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      const auto response = Carrier::With(std::string(buffer.data(), count));
      open = co_await messages_.Write(response);
      if (open) to_caller_ += count;
    }
  }

  Messages messages_;
  SocketStream socket_;
  const Check check_;
  Status status_;
  std::chrono::steady_clock::time_point active_ = std::chrono::steady_clock::now();
  std::uint64_t from_caller_ = 0;
  std::uint64_t to_caller_ = 0;
};

}  // namespace sallyport
