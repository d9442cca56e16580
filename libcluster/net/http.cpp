#include "libcluster/net/http.h"

#include <poll.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "libbase/json.h"
#include "libbase/log.h"
#include "libcluster/net/byte_budget.h"
#include "libcluster/net/http_json.h"
#include "libcluster/net/source.h"
#include "libcluster/net/tls_state.h"
#include "libcluster/net/unknown_connections.h"
#include "libcluster/net/upgrade.h"

namespace sallyport {

namespace http = beast::http;

struct HttpServer::State {
  State(EventLoop& loop_in, ThreadPool& pool_in, HttpServerOptions options_in)
      : loop(loop_in),
        pool(pool_in),
        options(std::move(options_in)),
        budget(BudgetOf(options.endpoint, CallerState::kUnknown)),
        connections(budget),
        bodies(budget.unfinished_bytes),
        inner(loop) {}

  EventLoop& loop;
  ThreadPool& pool;
  HttpServerOptions options;
  const Budget& budget;
  UnknownConnections connections;
  ByteBudget bodies;  // bodies that are being read, or that wait for their answer
  InnerConnections inner;
};

namespace {

constexpr std::chrono::seconds kHttpAnswerTimeout{240};
constexpr unsigned kHttpVersion11 = 11;
constexpr std::size_t kPieceBytes = 8192;
constexpr int kBadRequest = 400;
constexpr int kTooLarge = 413;
constexpr int kHeaderFieldsTooLarge = 431;

// Bodies are read piece by piece, so that each piece is counted before the next.
using Parser = http::request_parser<http::buffer_body>;
using Response = http::response<http::string_body>;
using StatePtr = std::shared_ptr<HttpServer::State>;

HttpRequest HeadOf(const Parser::value_type& message, const std::string& remote_address,
                   const std::vector<std::string>& chain) {
  HttpRequest result;
  result.method = std::string(message.method_string());
  const std::string target(message.target());
  const auto question = target.find('?');
  result.path = target.substr(0, question);
  if (question != std::string::npos) result.query = target.substr(question + 1);
  for (const auto& field : message) {
    result.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
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

HttpResponse Refusal(int status, std::string_view message) {
  Value body = Value::EmptyMap();
  body.Set("error", Value(Value::Map{{"message", message}}));
  return {status, {{"Content-Type", "application/json"}}, ToJson(body, {.indent = 4})};
}

HttpResponse MalformedRequest(const boost::system::error_code& error) {
  if (error == http::error::header_limit)
    return Refusal(kHeaderFieldsTooLarge, "request is too large: " + error.message());
  return Refusal(kBadRequest, "malformed request: " + error.message());
}

// Returns whether the client has ended or broken the connection.
bool HasLeft(int socket) {
  pollfd look{socket, POLLRDHUP, 0};
  return ::poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

// Runs the handler on the pool and returns to the connection's strand; skips the work if the client has left meanwhile.
// (Temporaries with destructors are kept out of co_await expressions: GCC 12 destroys some of them twice.)
asio::awaitable<HttpResponse> RunHandler(StatePtr state, HttpRequest request, int socket) {
  const auto executor = co_await asio::this_coro::executor;
  auto shared_request = std::make_shared<HttpRequest>(std::move(request));
  auto initiate = [state, executor, shared_request, socket](auto completion) {
    auto shared = std::make_shared<decltype(completion)>(std::move(completion));
    const auto complete = [executor, shared](HttpResponse answer) {
      auto kept = std::make_shared<HttpResponse>(std::move(answer));
      asio::post(executor, [shared, kept] { (*shared)(std::move(*kept)); });
    };
    auto work = [state, complete, shared_request, socket] {
      complete(HasLeft(socket) ? HttpResponse() : state->options.handler(*shared_request));
    };
    if (!state->options.submit) return state->pool.Submit(std::move(work));
    if (auto refusal = state->options.submit(*shared_request, std::move(work))) complete(std::move(*refusal));
  };

  HttpResponse response =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(HttpResponse)>(initiate, asio::use_awaitable);
  co_return response;
}

asio::awaitable<void> Answer(ServerTlsStream& stream, HttpResponse response, std::chrono::seconds time,
                             unsigned version, bool keep_alive, bool head) {
  boost::system::error_code error;
  Response answer = Convert(std::move(response), version, keep_alive, head);
  beast::get_lowest_layer(stream).expires_after(time);
  co_await http::async_write(stream, answer, asio::redirect_error(asio::use_awaitable, error));
}

// One connection and its current request.
struct HttpConnection {
  StatePtr state;
  ServerTlsStream stream;
  beast::flat_buffer buffer;
  std::string remote_address;
  std::vector<std::string> chain;

  UnknownConnections::Place place;  // destroyed before the stream
  bool upgraded = false;            // the upgrade has taken the stream
};

// Reads the body into a request, at most `limit` bytes. Returns the refusal when the body is larger, or the server's
// budget is exhausted; sets `gone` when the client has left.
asio::awaitable<std::optional<HttpResponse>> ReadBody(HttpConnection& connection, Parser& parser, std::size_t limit,
                                                      ByteBudget::Lease& lease, HttpRequest& request, bool& gone) {
  const auto length = parser.content_length();
  if (length && *length > limit) co_return Refusal(kTooLarge, "request is too large");
  beast::get_lowest_layer(connection.stream).expires_after(connection.state->budget.message_time);
  std::array<char, kPieceBytes> piece;
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    boost::system::error_code error;
    co_await http::async_read(connection.stream, connection.buffer, parser,
                              asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::need_buffer) error = {};
    const std::size_t count = piece.size() - body.size;
    if (request.body.size() + count > limit) co_return Refusal(kTooLarge, "request is too large");
    if (!lease.Grow(count)) {
      co_return ErrorResponse({ErrorKind::kConnectionProblem, "too many requests are being read: try again", {}});
    }
    request.body.append(piece.data(), count);
    gone = error.category() != http::make_error_code(http::error::bad_method).category() && error;
    if (gone) co_return std::nullopt;
    if (error) co_return MalformedRequest(error);
  }
  co_return std::nullopt;
}

// Refuses a request and ignores all later bytes of the connection.
asio::awaitable<bool> Refuse(HttpConnection& connection, HttpResponse refusal) {
  co_await Answer(connection.stream, std::move(refusal), connection.state->budget.idle_time, kHttpVersion11, false,
                  false);
  co_return false;
}

bool WantsUpgrade(const StatePtr& state, const Parser::value_type& request) {
  const auto& path = state->options.upgrade_path;
  return !path.empty() && request.target() == path && request.find(http::field::upgrade) != request.end();
}

// From now on the inner connection is counted instead, and its end ends this one.
asio::awaitable<void> Upgrade(HttpConnection& connection, Parser& parser) {
  connection.place.Release();
  connection.upgraded = true;
  http::request<http::string_body> request(http::request_header<>(parser.get().base()));
  co_await ServeUpgrade(std::move(connection.stream), std::move(request), connection.state->inner,
                        connection.remote_address, connection.state->options.upgraded);
}

// Serves a request after its head was read. Returns whether another may follow.
asio::awaitable<bool> ServeRequest(HttpConnection& connection, Parser& parser) {
  const StatePtr& state = connection.state;
  HttpRequest request = HeadOf(parser.get(), connection.remote_address, connection.chain);
  std::size_t limit = state->budget.message_bytes;
  if (state->options.admit) {
    auto admitted = state->options.admit(request);
    if (!admitted) {
      HttpResponse refusal = std::move(admitted.error());
      co_return co_await Refuse(connection, std::move(refusal));
    }
    limit = *admitted;
  }
  ByteBudget::Lease lease(state->bodies);
  bool gone = false;
  auto refusal = co_await ReadBody(connection, parser, limit, lease, request, gone);
  if (gone) co_return false;
  if (refusal) co_return co_await Refuse(connection, std::move(*refusal));

  const bool keep_alive = parser.get().keep_alive();
  const bool head = parser.get().method() == http::verb::head;
  const unsigned version = parser.get().version();
  auto& socket = beast::get_lowest_layer(connection.stream);
  socket.expires_after(kHttpAnswerTimeout);
  HttpResponse response = co_await RunHandler(state, std::move(request), socket.socket().native_handle());
  co_await Answer(connection.stream, std::move(response), state->budget.idle_time, version, keep_alive, head);
  co_return keep_alive;
}

// Reads the head of a request and serves it. Returns whether another may follow.
asio::awaitable<bool> ReadRequest(HttpConnection& connection) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(connection.state->budget.header_bytes));
  parser.body_limit(boost::none);  // ReadBody counts

  boost::system::error_code error;
  beast::get_lowest_layer(connection.stream).expires_after(connection.state->budget.idle_time);
  co_await http::async_read_header(connection.stream, connection.buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  // A client that left or fell silent gets no answer.
  if (error == http::error::end_of_stream || error == beast::error::timeout ||
      error == asio::ssl::error::stream_truncated || error == asio::error::connection_reset) {
    co_return false;
  }
  if (error) {
    HttpResponse refusal = MalformedRequest(error);
    co_return co_await Refuse(connection, std::move(refusal));
  }

  if (WantsUpgrade(connection.state, parser.get())) {
    co_await Upgrade(connection, parser);
    co_return false;
  }
  co_return co_await ServeRequest(connection, parser);
}

asio::awaitable<void> Serve(StatePtr state, IncomingConnection incoming) {
  const auto executor = co_await asio::this_coro::executor;
  const int descriptor = incoming.socket.get();
  HttpConnection connection{
      state,
      ServerTlsStream(MakeSocketStream(executor, std::move(incoming.socket)), state->options.tls->state().context),
      beast::flat_buffer(),
      std::move(incoming.remote_address),
      {},
      {}};
  connection.place = state->connections.Enter(SourceOf(connection.remote_address), descriptor);

  beast::get_lowest_layer(connection.stream).expires_after(state->budget.handshake_time);
  boost::system::error_code error;
  co_await connection.stream.async_handshake(asio::ssl::stream_base::server,
                                             asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    Log(LogLevel::kDebug, "TLS handshake failed", {{"peer", connection.remote_address}, {"reason", error.message()}});
    co_return;
  }

  AcknowledgeHandshake(connection.stream);
  connection.chain = PeerChainPem(connection.stream);
  while (co_await ReadRequest(connection)) {
  }

  if (connection.upgraded) co_return;  // the upgrade has taken the stream and its buffer
  beast::get_lowest_layer(connection.stream).expires_after(state->budget.handshake_time);
  co_await connection.stream.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
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
    : state_(std::make_shared<State>(loop, pool, std::move(options))) {}

HttpServer::~HttpServer() = default;

void HttpServer::HandleConnection(IncomingConnection connection) {
  asio::co_spawn(asio::make_strand(ContextOf(state_->loop)), Serve(state_, std::move(connection)), asio::detached);
}

}  // namespace sallyport
