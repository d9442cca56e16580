// Moving requests, answers and tunnels between a client and an API server.
#include <poll.h>

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>

#include "libbase/log.h"
#include "libcluster/kube/exchange.h"
#include "libcluster/kube/forwarder_state.h"
#include "libcluster/kube/list_filter.h"
#include "libcluster/net/copy.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;

constexpr std::chrono::milliseconds kLeaveCheck{100};

// Makes what goes on to the API server.
UpstreamRequest RequestTo(const UpstreamPool& pool, KubeClient& client, RequestParser& parser, const KubePlan& plan) {
  UpstreamRequest request;
  request.header = UpstreamHeader(parser.get(), plan, pool);
  request.client = &client;
  request.parser = &parser;
  return request;
}

// Whether the other side of a socket has ended it, also when there is something left to be read.
bool IsEnded(int socket) {
  pollfd wait{socket, POLLRDHUP, 0};
  return ::poll(&wait, 1, 0) != 0;
}

// Returns when the client has closed its side: an answer that lasts has then nobody to go to. A client that sends its
// next request already has not.
asio::awaitable<void> UntilClientLeaves(KubeClient& client) {
  auto& socket = beast::get_lowest_layer(client.stream).socket();
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  co_await socket.async_wait(asio::socket_base::wait_read, asio::redirect_error(asio::use_awaitable, error));
  while (!error && !IsEnded(socket.native_handle())) {
    timer.expires_after(kLeaveCheck);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
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

}  // namespace

asio::awaitable<bool> ForwardRequest(KubeClient& client, RequestParser& parser, const KubePlan& plan,
                                     const std::string* body) {
  const auto upstream = client.state->UpstreamOf(plan);
  if (!upstream) co_return co_await Refuse(client, parser, upstream.error());
  const auto& pool = upstream->pool;
  UpstreamRequest request = RequestTo(*pool, client, parser, plan);
  if (body != nullptr) GiveBody(request, *body);
  auto begun = co_await Begin(pool, request);
  if (!begun) {
    AuditRequest(client, parser, plan, KubeHttpStatus(begun.error()));
    co_return co_await Refuse(client, parser, begun.error());
  }
  Exchange& exchange = **begun;
  AuditRequest(client, parser, plan, exchange.parser.get().result_int());
  // An answer without a length lasts until the connection ends, ours to the client too.
  const bool has_length = !exchange.parser.need_eof();
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
  Finish(exchange);
  co_return has_length&& parser.is_done() && parser.keep_alive();
}

asio::awaitable<void> ForwardUpgrade(KubeClient& client, RequestParser& parser, const KubePlan& plan) {
  const auto upstream = client.state->UpstreamOf(plan);
  if (!upstream) {
    co_await Refuse(client, parser, upstream.error());
    co_return;
  }
  const auto& pool = upstream->pool;
  UpstreamRequest request = RequestTo(*pool, client, parser, plan);
  request.own_connection = true;
  request.header.set(http::field::connection, "Upgrade");
  request.header.set(http::field::upgrade, parser.get()[http::field::upgrade]);
  auto begun = co_await Begin(pool, request);
  if (!begun) {
    co_await Refuse(client, parser, begun.error());
    co_return;
  }
  Exchange& exchange = **begun;
  if (exchange.parser.get().result() != http::status::switching_protocols) {
    AuditRequest(client, parser, plan, exchange.parser.get().result_int());
    DropHopHeaders(exchange.parser.get());
    co_await RelayAnswer(client, exchange);
    co_return;
  }
  const bool port_forward = plan.info.request.verb == "portforward";
  client.state->decider->AuditSession(plan, port_forward ? audit::kPortForward : audit::kSessionStart);
  if (!port_forward) client.state->decider->AuditSession(plan, audit::kExec);
  co_await Tunnel(client, exchange, plan);
  if (!port_forward) client.state->decider->AuditSession(plan, audit::kSessionEnd);
}

}  // namespace sallyport
