#include "libcluster/net/http.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "libbase/json.h"
#include "libbase/log.h"
#include "libcluster/net/tls_state.h"
#include "libcluster/net/upgrade.h"

namespace sallyport {

namespace http = beast::http;

struct HttpServer::State {
  EventLoop& loop;
  ThreadPool& pool;
  HttpServerOptions options;
};

namespace {

constexpr std::chrono::seconds kHandshakeTimeout{10};
constexpr std::chrono::seconds kRequestTimeout{30};
constexpr std::chrono::seconds kAnswerTimeout{240};
constexpr std::uint32_t kMaxHeaderBytes = 256 << 10;
constexpr unsigned kHttp11 = 11;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using StatePtr = std::shared_ptr<HttpServer::State>;

HttpRequest Convert(Request request, const std::string& remote_address, const std::vector<std::string>& chain) {
  HttpRequest result;
  result.method = std::string(request.method_string());
  const std::string target(request.target());
  const auto question = target.find('?');
  result.path = target.substr(0, question);
  if (question != std::string::npos) result.query = target.substr(question + 1);
  for (const auto& field : request) {
    result.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  result.body = std::move(request.body());
  result.remote_address = remote_address;
  result.peer_chain_pem = chain;
  return result;
}

Response Convert(HttpResponse response, unsigned version, bool keep_alive, bool head) {
  Response result(static_cast<http::status>(response.status), version);
  for (const auto& [name, value] : response.headers) result.insert(name, value);
  const std::size_t size = response.body.size();
  if (!head) result.body() = std::move(response.body);
  result.content_length(size);
  result.keep_alive(keep_alive);
  return result;
}

HttpResponse MalformedRequest(const boost::system::error_code& error) {
  const bool too_large = error == http::error::header_limit || error == http::error::body_limit;
  const int status = error == http::error::header_limit ? 431 : error == http::error::body_limit ? 413 : 400;
  Value body = Value::EmptyMap();
  body.Set("error",
           Value(Value::Map{{"message", fmt::format("{}: {}", too_large ? "request is too large" : "malformed request",
                                                    error.message())}}));
  return {status, {{"Content-Type", "application/json"}}, ToJson(body, {.indent = 4})};
}

// Runs the handler on the pool and comes back to the connection's strand. (Temporaries with destructors are kept out of
// co_await expressions: GCC 12 destroys some of them twice.)
asio::awaitable<HttpResponse> RunHandler(StatePtr state, HttpRequest request) {
  const auto executor = co_await asio::this_coro::executor;
  auto shared_request = std::make_shared<HttpRequest>(std::move(request));
  auto initiate = [state, executor, shared_request](auto completion) {
    auto shared = std::make_shared<decltype(completion)>(std::move(completion));
    state->pool.Submit([state, executor, shared, shared_request] {
      auto answer = std::make_shared<HttpResponse>(state->options.handler(*shared_request));
      asio::post(executor, [shared, answer] { (*shared)(std::move(*answer)); });
    });
  };
  HttpResponse response =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(HttpResponse)>(initiate, asio::use_awaitable);
  co_return response;
}

bool WantsUpgrade(const StatePtr& state, const Request& request) {
  const auto& path = state->options.upgrade_path;
  return !path.empty() && request.target() == path && request.find(http::field::upgrade) != request.end();
}

asio::awaitable<void> Answer(TlsStream& stream, HttpResponse response, unsigned version, bool keep_alive, bool head) {
  boost::system::error_code error;
  Response answer = Convert(std::move(response), version, keep_alive, head);
  beast::get_lowest_layer(stream).expires_after(kRequestTimeout);
  co_await http::async_write(stream, answer, asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<void> Serve(StatePtr state, IncomingConnection connection) {
  const auto executor = co_await asio::this_coro::executor;
  boost::system::error_code error;
  TlsStream stream(MakeSocketStream(executor, std::move(connection.socket)), state->options.tls->state().context);
  auto& socket = beast::get_lowest_layer(stream);
  socket.expires_after(kHandshakeTimeout);
  co_await stream.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    Log(LogLevel::kDebug, "TLS handshake failed", {{"peer", connection.remote_address}, {"reason", error.message()}});
    co_return;
  }
  const auto chain = PeerChainPem(stream);
  beast::flat_buffer buffer;
  for (bool keep_alive = true; keep_alive;) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kMaxHeaderBytes);
    parser.body_limit(state->options.max_body_bytes);
    socket.expires_after(kRequestTimeout);
    co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::end_of_stream || error == beast::error::timeout ||
        error == asio::ssl::error::stream_truncated || error == asio::error::connection_reset) {
      co_return;
    }
    if (error) {
      HttpResponse refusal = MalformedRequest(error);
      co_await Answer(stream, std::move(refusal), kHttp11, false, false);
      break;
    }
    Request request = parser.release();
    if (WantsUpgrade(state, request)) {
      co_await ServeUpgrade(std::move(stream), std::move(request), state->loop, connection.remote_address,
                            state->options.upgraded);
      co_return;
    }
    keep_alive = request.keep_alive();
    const bool head = request.method() == http::verb::head;
    const unsigned version = request.version();
    socket.expires_after(kAnswerTimeout);
    HttpRequest converted = Convert(std::move(request), connection.remote_address, chain);
    HttpResponse response = co_await RunHandler(state, std::move(converted));
    co_await Answer(stream, std::move(response), version, keep_alive, head);
  }
  socket.expires_after(kHandshakeTimeout);
  co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
}

}  // namespace

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (EqualIgnoringCase(key, name)) return value;
  }
  return {};
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

HttpServer::HttpServer(EventLoop& loop, ThreadPool& pool, HttpServerOptions options)
    : state_(std::make_shared<State>(State{loop, pool, std::move(options)})) {}

HttpServer::~HttpServer() = default;

void HttpServer::HandleConnection(IncomingConnection connection) {
  asio::co_spawn(asio::make_strand(ContextOf(state_->loop)), Serve(state_, std::move(connection)), asio::detached);
}

}  // namespace sallyport
