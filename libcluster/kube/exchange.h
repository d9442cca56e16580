// One request to an API server and its answer. Internal to libcluster/kube.
#pragma once

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>
#include <string>

#include "libcluster/kube/forwarder_state.h"

namespace sallyport {

using ResponseParser = http::response_parser<http::buffer_body>;

// The largest body that is held in memory: a list to be filtered.
inline constexpr std::size_t kMaxFilteredBytes = 256U << 20;
inline constexpr std::size_t kCopyBytes = 32 << 10;

struct UpstreamRequest {
  RequestHeader header;             // everything but Authorization
  std::string body;                 // the whole body, unless `parser` has one that is streamed
  KubeClient* client = nullptr;     // whose body follows
  RequestParser* parser = nullptr;  // that reads it
  bool own_connection = false;      // an idle one will not do
};

// Makes it a request with this body, in one piece.
void GiveBody(UpstreamRequest& request, std::string body);

// What has begun: the connection, and what was read beyond the answer's header.
struct Exchange {
  std::shared_ptr<UpstreamPool> pool;
  UpstreamCredential credential;
  std::unique_ptr<UpstreamStream> stream;
  beast::flat_buffer buffer;
  ResponseParser parser;
};

// Sends the request and reads the answer's header. An idle connection that the server closed meanwhile is no failure: a
// request whose body is not streamed goes once more, on a new one. So it does with a new credential after a 401, when a
// plugin makes credentials.
asio::awaitable<Result<std::unique_ptr<Exchange>>> Begin(const std::shared_ptr<UpstreamPool>& pool,
                                                         UpstreamRequest& request);

// Moves a body from a parser to a serializer in pieces; what has arrived goes on at once.
template <bool kIsRequest, typename From, typename To>
asio::awaitable<boost::system::error_code> RelayBody(From& from, beast::flat_buffer& buffer,
                                                     http::parser<kIsRequest, http::buffer_body>& parser, To& to,
                                                     http::serializer<kIsRequest, http::buffer_body>& serializer,
                                                     http::message<kIsRequest, http::buffer_body>& message) {
  std::array<char, kCopyBytes> bytes;
  boost::system::error_code error;
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
      const std::size_t size = bytes.size() - parser.get().body().size;
      message.body().more = !parser.is_done();
      if (size == 0 && message.body().more) continue;
      // An empty piece would become a chunk, and that is the last chunk already.
      message.body().data = size == 0 ? nullptr : bytes.data();
      message.body().size = size;
    }
    co_await http::async_write(to, serializer, asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::need_buffer) error = {};
    if (error) co_return error;
  }
  co_return boost::system::error_code();
}

// Reads a body to its end. kLimitExceeded beyond `max_bytes`, kConnectionProblem when the connection ends before it.
template <bool kIsRequest, typename From>
asio::awaitable<Result<std::string>> ReadBody(From& from, beast::flat_buffer& buffer,
                                              http::parser<kIsRequest, http::buffer_body>& parser,
                                              std::size_t max_bytes) {
  std::array<char, kCopyBytes> bytes;
  boost::system::error_code error;
  std::string whole;
  while (!parser.is_done()) {
    parser.get().body().data = bytes.data();
    parser.get().body().size = bytes.size();
    co_await http::async_read_some(from, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error && error != http::error::need_buffer) {
      co_return Fail(ErrorKind::kConnectionProblem, "the connection ended inside of a body: {}", error.message());
    }
    whole.append(bytes.data(), bytes.size() - parser.get().body().size);
    if (whole.size() > max_bytes) co_return Fail(ErrorKind::kLimitExceeded, "the body is too large");
  }
  co_return whole;
}

// Reads more of the answer's body; nothing at the end.
asio::awaitable<Result<std::string>> ReadPiece(Exchange& exchange);
// Reads all of it. kLimitExceeded beyond kMaxFilteredBytes.
asio::awaitable<Result<std::string>> ReadWhole(Exchange& exchange);
// Gives the connection back when it can serve another request, once the answer is read to its end.
void Finish(Exchange& exchange);

struct UpstreamAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};
// Sends a request and reads the whole answer.
asio::awaitable<Result<UpstreamAnswer>> CallUpstream(const std::shared_ptr<UpstreamPool>& pool,
                                                     UpstreamRequest& request);

}  // namespace sallyport
