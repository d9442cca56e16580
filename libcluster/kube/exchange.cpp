#include "libcluster/kube/exchange.h"

namespace sallyport {
namespace {

using boost::system::error_code;

constexpr std::uint32_t kMaxHeaderBytes = 256 << 10;

std::unexpected<Error> Broken(const Exchange& exchange, const error_code& error) {
  return Fail(ErrorKind::kConnectionProblem, "the API server of Kubernetes cluster \"{}\" ended the connection: {}",
              exchange.pool->upstream().name, error.message());
}

bool Streams(const UpstreamRequest& request) {
  return request.parser != nullptr && (request.parser->chunked() || request.parser->content_length().value_or(0) > 0);
}

asio::awaitable<Status> SendRequest(UpstreamRequest& request, RequestHeader& header, Exchange& exchange) {
  http::request_serializer<http::buffer_body> serializer(header);
  header.body().data = nullptr;
  header.body().more = Streams(request) || !request.body.empty();
  error_code error;
  co_await http::async_write_header(*exchange.stream, serializer, asio::redirect_error(asio::use_awaitable, error));
  if (!error && Streams(request)) {
    error = co_await RelayBody<true>(request.client->stream, request.client->buffer, *request.parser, *exchange.stream,
                                     serializer, header);
  } else if (!error && !request.body.empty()) {
    header.body().data = request.body.data();
    header.body().size = request.body.size();
    header.body().more = false;
    co_await http::async_write(*exchange.stream, serializer, asio::redirect_error(asio::use_awaitable, error));
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

// Takes an idle connection, or opens one. Returns whether it is an idle one.
asio::awaitable<Result<bool>> TakeConnection(const UpstreamRequest& request, Exchange& exchange) {
  auto credential = co_await exchange.pool->Credential();
  if (!credential) co_return std::unexpected(credential.error());
  exchange.credential = std::move(*credential);
  if (!request.own_connection) exchange.stream = exchange.pool->TakeIdle(exchange.credential);
  if (exchange.stream) co_return true;
  auto fresh = co_await exchange.pool->Connect(exchange.credential);
  if (!fresh) co_return std::unexpected(fresh.error());
  exchange.stream = std::move(*fresh);
  co_return false;
}

}  // namespace

void GiveBody(UpstreamRequest& request, std::string body) {
  request.header.erase(http::field::transfer_encoding);
  request.header.erase(http::field::content_length);
  if (!body.empty()) request.header.content_length(body.size());
  request.body = std::move(body);
  request.client = nullptr;
  request.parser = nullptr;
}

asio::awaitable<Result<std::unique_ptr<Exchange>>> Begin(const std::shared_ptr<UpstreamPool>& pool,
                                                         UpstreamRequest& request) {
  const bool repeatable = !Streams(request);
  bool renewed = false;
  while (true) {
    auto exchange = std::make_unique<Exchange>();
    exchange->pool = pool;
    const auto reused = co_await TakeConnection(request, *exchange);
    if (!reused) co_return std::unexpected(reused.error());
    RequestHeader header = request.header;
    const std::string& authorization = exchange->credential.authorization;
    if (!authorization.empty()) header.set(http::field::authorization, authorization);
    Status status = co_await SendRequest(request, header, *exchange);
    if (status) status = co_await ReadAnswerHeader(*exchange, header.method() == http::verb::head);
    if (!status && *reused && repeatable) continue;
    if (!status) co_return std::unexpected(status.error());
    const bool refused = exchange->parser.get().result() == http::status::unauthorized;
    const bool another = refused && pool->Reject(exchange->credential);
    if (!another || renewed || !repeatable) co_return exchange;
    renewed = true;
  }
}

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
  auto whole = co_await ReadBody(*exchange.stream, exchange.buffer, exchange.parser, kMaxFilteredBytes);
  if (!whole && whole.error().kind == ErrorKind::kLimitExceeded) {
    co_return Fail(ErrorKind::kLimitExceeded, "the list is too large to be filtered, ask for less (limit=500)");
  }
  co_return whole;
}

void Finish(Exchange& exchange) {
  const bool stays = !exchange.parser.need_eof() && exchange.parser.keep_alive();
  if (stays && exchange.parser.is_done() && exchange.buffer.size() == 0) {
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
  UpstreamAnswer answer{static_cast<int>(exchange.parser.get().result_int()),
                        std::string(exchange.parser.get()[http::field::content_type]), std::move(*body)};
  Finish(exchange);
  co_return answer;
}

}  // namespace sallyport
