#include "libcluster/kube/exchange.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "libcluster/kube/request/http_text.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;

constexpr std::size_t kMaxUnread = 512 << 10;  // more than a header has
constexpr std::size_t kJoinBytes = 64 << 10;   // a smaller body is sent with the header
constexpr std::chrono::seconds kBodyTimeout{60};
constexpr std::chrono::seconds kLateAnswer{2};

std::unexpected<Error> InCluster(const Exchange& exchange, std::string_view what) {
  return Fail(ErrorKind::kConnectionProblem, "Kubernetes cluster \"{}\": {}", exchange.pool->endpoint().name, what);
}

std::unexpected<Error> Broken(const Exchange& exchange, const error_code& error) {
  return Fail(ErrorKind::kConnectionProblem, "the API server of Kubernetes cluster \"{}\" ended the connection: {}",
              exchange.pool->endpoint().name, error.message());
}

bool Streams(const UpstreamRequest& request) {
  return request.parser != nullptr && (request.parser->chunked() || request.parser->content_length().value_or(0) > 0);
}

// Returns whether the request changes nothing, so that it may be sent twice.
bool ChangesNothing(const RequestHeader& header) {
  const auto method = header.method();
  return method == http::verb::get || method == http::verb::head || method == http::verb::options;
}

AnswerTo Expected(const UpstreamRequest& request) {
  if (request.upgrades) return AnswerTo::kUpgrade;
  return request.header.method() == http::verb::head ? AnswerTo::kHead : AnswerTo::kRequest;
}

// Sets the fields of the body's framing.
void Frame(const UpstreamRequest& request, RequestHeader& header) {
  if (!Streams(request)) {
    if (!request.body.empty() || !ChangesNothing(header))
      header.set(http::field::content_length, std::to_string(request.body.size()));
  } else if (request.parser->chunked()) {
    header.set(http::field::transfer_encoding, "chunked");
  } else {
    header.set(http::field::content_length, std::to_string(*request.parser->content_length()));
  }
}

// Sends the client's body as it arrives.
asio::awaitable<Status> SendBody(UpstreamRequest& request, Exchange& exchange) {
  KubeClient& client = *request.client;
  RequestParser& parser = *request.parser;
  std::vector<char> room(kKubeCopyBytes);
  error_code error;

  while (!parser.is_done()) {
    parser.get().body().data = room.data();
    parser.get().body().size = room.size();
    beast::get_lowest_layer(client.stream).expires_after(kBodyTimeout);
    co_await http::async_read_some(client.stream, client.buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::need_buffer) error = {};
    if (error) co_return Fail(ErrorKind::kConnectionProblem, "cannot read the request's body: {}", error.message());

    const std::string_view piece(room.data(), room.size() - parser.get().body().size);
    // An empty chunk would end the body.
    if (piece.empty()) continue;
    const std::string text = parser.chunked() ? ChunkText(piece) : std::string(piece);
    co_await asio::async_write(*exchange.stream, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Broken(exchange, error);
  }

  if (parser.chunked()) {
    co_await asio::async_write(*exchange.stream, asio::buffer(kLastChunk),
                               asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) co_return Broken(exchange, error);
  exchange.sent = true;
  co_return Status();
}

// Sends the body and waits for the end of the exchange; returns earlier when the body cannot be sent and the server
// does not answer within a while.
asio::awaitable<Status> SendBodyAndWait(UpstreamRequest& request, Exchange& exchange) {
  const Status sent = co_await SendBody(request, exchange);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  error_code error;
  timer.expires_at(sent ? asio::steady_timer::time_point::max() : asio::steady_timer::clock_type::now() + kLateAnswer);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return sent;
}

// Parses received bytes, or waits for more. Returns the number of the body's bytes.
asio::awaitable<Result<std::size_t>> Step(Exchange& exchange, std::span<char> room) {
  error_code error;
  while (true) {
    const auto unread = exchange.buffer.data();
    if (unread.size() > 0) {
      auto piece = exchange.answer.Take({static_cast<const char*>(unread.data()), unread.size()}, room);
      if (!piece) co_return InCluster(exchange, piece.error().message);
      exchange.buffer.consume(piece->used);
      if (piece->used > 0) co_return piece->body;
    }

    if (exchange.buffer.size() >= kMaxUnread) co_return InCluster(exchange, "the API server's answer cannot be read");
    const std::size_t count = co_await exchange.stream->async_read_some(
        exchange.buffer.prepare(kKubeCopyBytes), asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::eof) {
      const Status ended = exchange.answer.End();
      if (!ended) co_return Broken(exchange, error);
      co_return 0;
    }
    if (error) co_return Broken(exchange, error);
    exchange.buffer.commit(count);
  }
}

asio::awaitable<Status> ReadAnswerHeader(Exchange& exchange) {
  std::array<char, 1> no_room;
  while (!exchange.answer.HasHeader()) {
    const auto step = co_await Step(exchange, no_room);
    if (!step) co_return std::unexpected(step.error());
  }
  co_return Status();
}

asio::awaitable<Status> Ask(UpstreamRequest& request, const RequestHeader& header, Exchange& exchange) {
  std::string text = HeaderText(header);
  const bool together = !Streams(request) && request.body.size() <= kJoinBytes;
  if (together) text += request.body;

  error_code error;
  co_await asio::async_write(*exchange.stream, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Broken(exchange, error);

  if (Streams(request)) {
    const auto first = co_await (SendBodyAndWait(request, exchange) || ReadAnswerHeader(exchange));
    if (first.index() == 1) co_return std::get<1>(first);
    // After a whole body this branch waits for the header, so only a failure ends first.
    co_return std::get<0>(first);
  }

  if (!together) {
    co_await asio::async_write(*exchange.stream, asio::buffer(request.body),
                               asio::redirect_error(asio::use_awaitable, error));
  }
  // A server that does not read the whole body may still answer.
  exchange.sent = !error;
  co_return co_await ReadAnswerHeader(exchange);
}

// Takes an idle connection or opens a new one. Returns whether the connection was idle.
asio::awaitable<Result<bool>> TakeConnection(bool fresh_one, Exchange& exchange) {
  auto credential = co_await exchange.pool->Credential();
  if (!credential) co_return std::unexpected(credential.error());
  exchange.credential = std::move(*credential);
  if (!fresh_one) exchange.stream = exchange.pool->TakeIdle(exchange.credential);
  if (exchange.stream) co_return true;
  auto fresh = co_await exchange.pool->Connect(exchange.credential);
  if (!fresh) co_return std::unexpected(fresh.error());
  exchange.stream = std::move(*fresh);
  co_return false;
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<Exchange>>> Begin(const std::shared_ptr<UpstreamPool>& pool,
                                                         UpstreamRequest& request) {
  bool fresh = request.upgrades;
  bool renewed = false;
  while (true) {
    auto exchange = std::make_unique<Exchange>(pool, Expected(request));
    const auto reused = co_await TakeConnection(fresh, *exchange);
    if (!reused) co_return std::unexpected(reused.error());
    RequestHeader header = request.header;
    Frame(request, header);
    const std::string& authorization = exchange->credential.authorization;
    if (!authorization.empty()) header.set(http::field::authorization, authorization);
    const Status status = co_await Ask(request, header, *exchange);
    if (!status && *reused && ChangesNothing(header) && !Streams(request)) {
      fresh = true;
      continue;
    }
    if (!status) co_return std::unexpected(status.error());
    const bool refused = exchange->answer.status() == static_cast<int>(http::status::unauthorized);
    const bool another = refused && pool->Reject(exchange->credential);
    if (!another || renewed || Streams(request)) co_return exchange;
    renewed = true;
  }
}

asio::awaitable<Result<std::size_t>> ReadPiece(Exchange& exchange, std::span<char> room) {
  while (!exchange.answer.IsWhole()) {
    auto step = co_await Step(exchange, room);
    if (!step || *step > 0) co_return step;
  }
  co_return 0;
}

asio::awaitable<Result<std::string>> ReadWhole(Exchange& exchange) {
  std::vector<char> room(kKubeCopyBytes);
  std::string whole;
  while (true) {
    const auto piece = co_await ReadPiece(exchange, room);
    if (!piece) co_return std::unexpected(piece.error());
    if (*piece == 0) co_return whole;
    whole.append(room.data(), *piece);
    if (whole.size() > kMaxWholeBytes) {
      co_return Fail(ErrorKind::kLimitExceeded, "the list is too large to be filtered, ask for less (limit=500)");
    }
  }
}

void Finish(Exchange& exchange) {
  const bool alone = exchange.buffer.size() == 0 && !exchange.stream->HasMore();
  if (exchange.sent && exchange.answer.MayServeAnother() && alone) {
    exchange.pool->ReturnIdle(std::move(exchange.stream));
  }
}

asio::awaitable<Result<UpstreamAnswer>> CallUpstream(const std::shared_ptr<UpstreamPool>& pool,
                                                     UpstreamRequest& request) {
  auto begun = co_await Begin(pool, request);
  if (!begun) co_return std::unexpected(begun.error());
  Exchange& exchange = **begun;
  auto body = co_await ReadWhole(exchange);
  if (!body) co_return std::unexpected(body.error());
  UpstreamAnswer answer{exchange.answer.status(), std::string(exchange.answer.header()[http::field::content_type]),
                        std::move(*body)};
  Finish(exchange);
  co_return answer;
}

}  // namespace sallyport
