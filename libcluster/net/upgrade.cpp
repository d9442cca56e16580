#include "libcluster/net/upgrade.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "libbase/log.h"
#include "libbase/socket.h"
#include "libcluster/net/copy.h"
#include "libcluster/net/source.h"

namespace sallyport {

namespace http = beast::http;
namespace websocket = beast::websocket;
using Request = http::request<http::string_body>;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kPingInterval{30};
constexpr std::size_t kMaxFrameBytes = 1 << 20;

constexpr bool kCompression = false;  // the inner stream is TLS
using WebSocket = websocket::stream<ServerTlsStream, kCompression>;

asio::awaitable<void> FromWebSocket(WebSocket& from, SocketStream& to) {
  beast::flat_buffer buffer(kMaxFrameBytes);
  error_code error;
  while (!error) {
    co_await from.async_read_some(buffer, kTunnelBytes, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    co_await asio::async_write(to, buffer.data(), asio::redirect_error(asio::use_awaitable, error));
    buffer.consume(buffer.size());
  }
}

asio::awaitable<void> ToWebSocket(SocketStream& from, WebSocket& to) {
  std::array<char, kTunnelBytes> buffer;
  error_code error;
  while (!error) {
    const std::size_t count =
        co_await from.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    co_await to.async_write(asio::buffer(buffer, count), asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> KeepAlive(WebSocket& stream) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  while (!error) {
    timer.expires_after(kPingInterval);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (!error) co_await stream.async_ping("teleport", asio::redirect_error(asio::use_awaitable, error));
  }
}

// Opens the inner side and routes it. An invalid descriptor when the system has none left.
UniqueFd OpenInner(InnerConnections& among, const std::string& remote_address, ConnectionHandler handler) {
  auto pair = MakeSocketPair(SOCK_NONBLOCK);
  if (!pair) {
    Log(LogLevel::kWarning, "cannot upgrade a connection", {{"reason", pair.error().message}});
    return {};
  }
  UnknownConnections::Place place = among.waiting.Enter(SourceOf(remote_address), pair->second.get());
  RouteSocket(among.loop, std::move(pair->second), remote_address, std::move(handler), std::move(place));
  return std::move(pair->first);
}

asio::awaitable<void> ServeWebSocket(ServerTlsStream stream, Request request, SocketStream inner) {
  using namespace asio::experimental::awaitable_operators;
  beast::get_lowest_layer(stream).expires_never();
  const std::string offered(request[http::field::sec_websocket_protocol]);
  const bool ping = offered.find("alpn-ping") != std::string::npos;

  WebSocket socket(std::move(stream));
  socket.binary(true);
  socket.read_message_max(0);  // frames carry a byte stream of any length
  socket.set_option(websocket::stream_base::decorator([ping](websocket::response_type& response) {
    response.set(http::field::sec_websocket_protocol, ping ? "alpn-ping" : "alpn");
  }));
  error_code error;
  co_await socket.async_accept(request, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;

  if (ping) {
    co_await (FromWebSocket(socket, inner) || ToWebSocket(inner, socket) || KeepAlive(socket));
  } else {
    co_await (FromWebSocket(socket, inner) || ToWebSocket(inner, socket));
  }
}

asio::awaitable<void> ServeRaw(ServerTlsStream stream, Request request, SocketStream inner) {
  using namespace asio::experimental::awaitable_operators;
  beast::get_lowest_layer(stream).expires_never();
  http::response<http::empty_body> response(http::status::switching_protocols, 11);
  response.set(http::field::upgrade, request[http::field::upgrade]);
  response.set(http::field::connection, "Upgrade");
  response.set("X-Teleport-Upgrade", request[http::field::upgrade]);
  error_code error;
  co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  co_await (Copy(stream, inner) || Copy(inner, stream));
}

}  // namespace

asio::awaitable<void> ServeUpgrade(ServerTlsStream stream, Request request, InnerConnections& among,
                                   std::string remote_address, ConnectionHandler handler) {
  const auto executor = co_await asio::this_coro::executor;
  UniqueFd outer = OpenInner(among, remote_address, std::move(handler));
  if (!outer.valid()) co_return;
  SocketStream inner = MakeSocketStream(executor, std::move(outer));
  if (websocket::is_upgrade(request)) {
    co_await ServeWebSocket(std::move(stream), std::move(request), std::move(inner));
  } else {
    co_await ServeRaw(std::move(stream), std::move(request), std::move(inner));
  }
}

}  // namespace sallyport
