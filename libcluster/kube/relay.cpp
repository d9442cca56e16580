// Moving requests, answers and tunnels between a client and an API server.
#include <sys/socket.h>

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "libbase/log.h"
#include "libcluster/kube/forwarder_state.h"
#include "libcluster/kube/list_filter.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;
using ResponseParser = http::response_parser<http::buffer_body>;

constexpr std::size_t kCopyBytes = 32 << 10;
constexpr std::size_t kMaxFilteredBytes = 256U << 20;
constexpr std::uint32_t kMaxHeaderBytes = 256 << 10;

// An exchange with an API server: the connection, and what was read beyond the answer's header.
struct Exchange {
  std::shared_ptr<UpstreamPool> pool;
  std::unique_ptr<UpstreamStream> stream;
  beast::flat_buffer buffer;
  ResponseParser parser;
};

std::unexpected<Error> Broken(const Exchange& exchange, const error_code& error) {
  return Fail(ErrorKind::kConnectionProblem, "the API server of Kubernetes cluster \"{}\" ended the connection: {}",
              exchange.pool->upstream().name, error.message());
}

// Moves a body from a parser to a serializer in pieces; what has arrived goes on at once.
template <bool kIsRequest, typename From, typename To>
asio::awaitable<error_code> RelayBody(From& from, beast::flat_buffer& buffer,
                                      http::parser<kIsRequest, http::buffer_body>& parser, To& to,
                                      http::serializer<kIsRequest, http::buffer_body>& serializer,
                                      http::message<kIsRequest, http::buffer_body>& message) {
  std::array<char, kCopyBytes> bytes;
  error_code error;
  while (!parser.is_done() || !serializer.is_done()) {
    if (parser.is_done()) {
      message.body().data = nullptr;
      message.body().more = false;
    } else {
      parser.get().body().data = bytes.data();
      parser.get().body().size = bytes.size();
      co_await http::async_read_some(from, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
      if (error == http::error::need_buffer) error = {};
      if (error) co_return error;
      message.body().data = bytes.data();
      message.body().size = bytes.size() - parser.get().body().size;
      message.body().more = !parser.is_done();
      if (message.body().size == 0 && message.body().more) continue;
    }
    co_await http::async_write(to, serializer, asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::need_buffer) error = {};
    if (error) co_return error;
  }
  co_return error_code();
}

bool HasBody(const RequestParser& parser) { return parser.chunked() || parser.content_length().value_or(0) > 0; }

asio::awaitable<Status> SendRequest(KubeClient& client, RequestParser& parser, RequestHeader& header,
                                    Exchange& exchange) {
  http::request_serializer<http::buffer_body> serializer(header);
  header.body().data = nullptr;
  header.body().more = HasBody(parser);
  error_code error;
  co_await http::async_write_header(*exchange.stream, serializer, asio::redirect_error(asio::use_awaitable, error));
  if (!error && HasBody(parser)) {
    error = co_await RelayBody<true>(client.stream, client.buffer, parser, *exchange.stream, serializer, header);
  }
  if (error) co_return Broken(exchange, error);
  co_return Status();
}

asio::awaitable<Status> ReadAnswerHeader(Exchange& exchange, bool head) {
  exchange.parser.header_limit(kMaxHeaderBytes);
  exchange.parser.body_limit(boost::none);
  if (head) exchange.parser.skip(true);
  error_code error;
  co_await http::async_read_header(*exchange.stream, exchange.buffer, exchange.parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Broken(exchange, error);
  co_return Status();
}

// Sends the request and reads the answer's header. An idle connection that the server closed meanwhile is no failure: a
// request without a body goes once more, on a new one.
asio::awaitable<Result<std::unique_ptr<Exchange>>> Begin(KubeClient& client, RequestParser& parser,
                                                         const KubePlan& plan, bool upgrade) {
  const auto pool = client.state->pools.at(plan.cluster);
  const auto authorization = pool->Authorization();
  if (!authorization) co_return std::unexpected(authorization.error());
  RequestHeader header = UpstreamHeader(parser.get(), plan, *pool, *authorization, client.remote_address);
  if (upgrade) {
    header.set(http::field::connection, "Upgrade");
    header.set(http::field::upgrade, parser.get()[http::field::upgrade]);
  }
  while (true) {
    auto exchange = std::make_unique<Exchange>();
    exchange->pool = pool;
    if (!upgrade) exchange->stream = pool->TakeIdle();
    const bool reused = exchange->stream != nullptr;
    if (!reused) {
      auto fresh = co_await pool->Connect();
      if (!fresh) co_return std::unexpected(fresh.error());
      exchange->stream = std::move(*fresh);
    }
    Status status = co_await SendRequest(client, parser, header, *exchange);
    if (status) status = co_await ReadAnswerHeader(*exchange, parser.get().method() == http::verb::head);
    if (status) co_return exchange;
    if (!reused || HasBody(parser)) co_return std::unexpected(status.error());
  }
}

// Returns when the client has closed its side: an answer that lasts has then nobody to go to.
asio::awaitable<void> UntilClientLeaves(KubeClient& client) {
  auto& socket = beast::get_lowest_layer(client.stream).socket();
  error_code error;
  co_await socket.async_wait(asio::socket_base::wait_read, asio::redirect_error(asio::use_awaitable, error));
}

void DropHopHeaders(ResponseHeader& header) {
  for (const char* name : {"Connection", "Keep-Alive", "Proxy-Connection"}) header.erase(name);
}

asio::awaitable<error_code> RelayAnswer(KubeClient& client, Exchange& exchange) {
  ResponseHeader& header = exchange.parser.get();
  http::response_serializer<http::buffer_body> serializer(header);
  error_code error;
  header.body().data = nullptr;
  header.body().more = !exchange.parser.is_done();
  co_await http::async_write_header(client.stream, serializer, asio::redirect_error(asio::use_awaitable, error));
  if (error || exchange.parser.is_done()) co_return error;
  co_return co_await RelayBody<false>(*exchange.stream, exchange.buffer, exchange.parser, client.stream, serializer,
                                      header);
}

ObjectPredicate PredicateOf(const KubePlan& plan) {
  return [&plan](std::string_view kube_namespace, std::string_view name) {
    KubeRequest request = plan.info.request;
    if (!kube_namespace.empty()) request.kube_namespace = kube_namespace;
    request.name = name;
    return plan.filter->MayReach(request);
  };
}

// Reads more of the answer's body; nothing at the end.
asio::awaitable<Result<std::string>> ReadPiece(Exchange& exchange) {
  std::array<char, kCopyBytes> bytes;
  error_code error;
  if (exchange.parser.is_done()) co_return std::string();
  exchange.parser.get().body().data = bytes.data();
  exchange.parser.get().body().size = bytes.size();
  co_await http::async_read_some(*exchange.stream, exchange.buffer, exchange.parser,
                                 asio::redirect_error(asio::use_awaitable, error));
  if (error && error != http::error::need_buffer) co_return Broken(exchange, error);
  co_return std::string(bytes.data(), bytes.size() - exchange.parser.get().body().size);
}

asio::awaitable<Result<std::string>> ReadWhole(Exchange& exchange) {
  std::string whole;
  while (!exchange.parser.is_done()) {
    auto piece = co_await ReadPiece(exchange);
    if (!piece) co_return piece;
    whole += *piece;
    if (whole.size() > kMaxFilteredBytes) {
      co_return Fail(ErrorKind::kLimitExceeded, "the list is too large to be filtered, ask for less (limit=500)");
    }
  }
  co_return whole;
}

// A list of which the user may see a part.
asio::awaitable<error_code> RelayFilteredList(KubeClient& client, RequestParser& parser, Exchange& exchange,
                                              const KubePlan& plan) {
  auto whole = co_await ReadWhole(exchange);
  Result<std::string> body = whole ? FilterList(*whole, PredicateOf(plan)) : whole;
  if (!body) {
    co_await Refuse(client, parser, body.error());
    co_return http::make_error_code(http::error::partial_message);
  }
  http::response<http::string_body> response(exchange.parser.get().result(), 11);
  for (const auto& field : exchange.parser.get()) response.insert(field.name_string(), field.value());
  response.erase(http::field::content_length);
  response.erase(http::field::transfer_encoding);
  response.body() = std::move(*body);
  response.prepare_payload();
  error_code error;
  co_await http::async_write(client.stream, response, asio::redirect_error(asio::use_awaitable, error));
  co_return error;
}

// A watch of which the user may see a part: one JSON event a line.
asio::awaitable<error_code> RelayFilteredWatch(KubeClient& client, Exchange& exchange, const KubePlan& plan) {
  ResponseHeader& header = exchange.parser.get();
  header.erase(http::field::content_length);
  header.chunked(true);
  http::response_serializer<http::buffer_body> serializer(header);
  header.body().more = true;
  error_code error;
  co_await http::async_write_header(client.stream, serializer, asio::redirect_error(asio::use_awaitable, error));
  std::string pending;
  while (!error && !exchange.parser.is_done()) {
    auto piece = co_await ReadPiece(exchange);
    if (!piece) co_return http::make_error_code(http::error::partial_message);
    pending += *piece;
    for (auto end = pending.find('\n'); !error && end != std::string::npos; end = pending.find('\n')) {
      auto line = FilterWatchEvent(std::string_view(pending).substr(0, end), PredicateOf(plan));
      pending.erase(0, end + 1);
      if (!line) co_return http::make_error_code(http::error::bad_value);
      if (!*line) continue;
      std::string text = **line + "\n";
      co_await asio::async_write(client.stream, http::make_chunk(asio::buffer(text)),
                                 asio::redirect_error(asio::use_awaitable, error));
    }
  }
  if (!error) {
    co_await asio::async_write(client.stream, http::make_chunk_last(),
                               asio::redirect_error(asio::use_awaitable, error));
  }
  co_return error;
}

asio::awaitable<error_code> RelayAny(KubeClient& client, RequestParser& parser, Exchange& exchange,
                                     const KubePlan& plan) {
  const bool success = http::to_status_class(exchange.parser.get().result()) == http::status_class::successful;
  if (!plan.filter || !success) co_return co_await RelayAnswer(client, exchange);
  if (plan.info.request.verb == "watch") co_return co_await RelayFilteredWatch(client, exchange, plan);
  co_return co_await RelayFilteredList(client, parser, exchange, plan);
}

void Audit(KubeClient& client, const RequestParser& parser, const KubePlan& plan, int status) {
  if (plan.info.is_discovery) return;
  const auto event = KubeRequestEvent(client.state->auth, plan, std::string_view(parser.get().method_string()), status);
  if (!client.state->audit.Push(event.ToRecord())) Log(LogLevel::kError, "an audit event was lost");
}

template <typename From, typename To>
asio::awaitable<void> Copy(From& from, To& to) {
  std::array<char, kCopyBytes> bytes;
  error_code error;
  while (!error) {
    const std::size_t count =
        co_await from.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    co_await asio::async_write(to, asio::buffer(bytes, count), asio::redirect_error(asio::use_awaitable, error));
  }
}

// An upgrade that the server refused is an ordinary answer.
asio::awaitable<void> Tunnel(KubeClient& client, Exchange& exchange, const KubePlan& plan) {
  http::response<http::buffer_body> answer = exchange.parser.get();
  http::response_serializer<http::buffer_body> serializer(answer);
  error_code error;
  co_await http::async_write_header(client.stream, serializer, asio::redirect_error(asio::use_awaitable, error));
  if (!error && exchange.buffer.size() > 0) {
    co_await asio::async_write(client.stream, exchange.buffer.data(), asio::redirect_error(asio::use_awaitable, error));
  }
  if (!error && client.buffer.size() > 0) {
    co_await asio::async_write(*exchange.stream, client.buffer.data(),
                               asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) co_return;
  co_await (Copy(client.stream, *exchange.stream) || Copy(*exchange.stream, client.stream) ||
            UntilRevoked(*client.state, *plan.caller));
}

void AuditSession(KubeClient& client, const KubePlan& plan, const AuditType& type) {
  AuditEvent event(type, client.state->auth.cluster_name());
  event.By(*plan.caller).Add("kubernetes_cluster", plan.cluster).Add("proto", "kube");
  event.Add("kubernetes_pod_name", plan.info.request.name);
  event.Add("kubernetes_pod_namespace", plan.info.request.kube_namespace);
  event.Add("kubernetes_container_name", QueryParameter(plan.query, "container"));
  if (plan.info.request.verb == "exec") event.Add("command", QueryParameter(plan.query, "command"));
  if (!client.state->audit.Push(event.ToRecord())) Log(LogLevel::kError, "an audit event was lost");
}

}  // namespace

asio::awaitable<bool> ForwardRequest(KubeClient& client, RequestParser& parser, const KubePlan& plan) {
  auto begun = co_await Begin(client, parser, plan, false);
  if (!begun) {
    Audit(client, parser, plan, KubeHttpStatus(begun.error()));
    co_return co_await Refuse(client, parser, begun.error());
  }
  Exchange& exchange = **begun;
  Audit(client, parser, plan, exchange.parser.get().result_int());
  // An answer without a length lasts until the connection ends, ours to the client too.
  const bool has_length = !exchange.parser.need_eof();
  const bool upstream_stays = has_length && exchange.parser.keep_alive();
  DropHopHeaders(exchange.parser.get());
  // A client of HTTP/1.0 that asks for it must be told that the connection stays (RFC 9112 section 9.3).
  if (parser.get().version() == 10 && parser.keep_alive() && has_length) {
    exchange.parser.get().set(http::field::connection, "keep-alive");
  }
  error_code error;
  if (plan.IsLong()) {
    const auto ended = co_await (RelayAny(client, parser, exchange, plan) || UntilClientLeaves(client) ||
                                 UntilRevoked(*client.state, *plan.caller));
    if (ended.index() != 0) co_return false;
    error = std::get<0>(ended);
  } else {
    error = co_await RelayAny(client, parser, exchange, plan);
  }
  if (error) co_return false;
  if (upstream_stays && exchange.parser.is_done() && exchange.buffer.size() == 0) {
    exchange.pool->ReturnIdle(std::move(exchange.stream));
  }
  co_return has_length&& parser.is_done() && parser.keep_alive();
}

asio::awaitable<void> ForwardUpgrade(KubeClient& client, RequestParser& parser, const KubePlan& plan) {
  auto begun = co_await Begin(client, parser, plan, true);
  if (!begun) {
    co_await Refuse(client, parser, begun.error());
    co_return;
  }
  Exchange& exchange = **begun;
  if (exchange.parser.get().result() != http::status::switching_protocols) {
    Audit(client, parser, plan, exchange.parser.get().result_int());
    DropHopHeaders(exchange.parser.get());
    co_await RelayAnswer(client, exchange);
    co_return;
  }
  const bool port_forward = plan.info.request.verb == "portforward";
  AuditSession(client, plan, port_forward ? audit::kPortForward : audit::kSessionStart);
  if (!port_forward) AuditSession(client, plan, audit::kExec);
  co_await Tunnel(client, exchange, plan);
  if (!port_forward) AuditSession(client, plan, audit::kSessionEnd);
}

}  // namespace sallyport
