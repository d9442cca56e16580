// One request to an API server and its answer. Internal to libcluster/kube.
#pragma once

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/http/read.hpp>
#include <memory>
#include <span>
#include <string>

#include "libcluster/kube/kube_client.h"
#include "libcluster/kube/upstream_pool.h"
#include "libkube/answer_machine.h"

namespace sallyport {

// The size limit of bodies read into memory: a list of objects to delete, a discovery document.
inline constexpr std::size_t kMaxWholeBytes = 32U << 20;

struct UpstreamRequest {
  RequestHeader header;             // all fields but Authorization and the body's framing
  std::string body;                 // the whole body, unless `parser` streams one
  KubeClient* client = nullptr;     // the client that sends the streamed body
  RequestParser* parser = nullptr;  // the parser of the streamed body
  bool upgrades = false;            // asks for another protocol; needs a new connection
};

// An exchange in progress: the connection, and the bytes read beyond the answer's header.
struct Exchange {
  Exchange(std::shared_ptr<UpstreamPool> pool_in, AnswerTo to) : pool(std::move(pool_in)), answer(to) {}
  std::shared_ptr<UpstreamPool> pool;
  UpstreamCredential credential;
  std::unique_ptr<UpstreamStream> stream;
  beast::flat_buffer buffer;
  AnswerMachine answer;
  bool sent = false;  // the whole request was sent
};

// Sends the request and reads the answer's header. If the server closed the idle connection, retries once on a new
// connection a request that changes nothing and has no streamed body; never sends other requests twice. After a 401,
// retries with a new credential if a plugin makes credentials. Accepts an answer that arrives before the whole body was
// sent.
asio::awaitable<Result<std::unique_ptr<Exchange>>> Begin(const std::shared_ptr<UpstreamPool>& pool,
                                                         UpstreamRequest& request);

// Reads more of the answer's body into `room` and returns the number of bytes; 0 at the end.
asio::awaitable<Result<std::size_t>> ReadPiece(Exchange& exchange, std::span<char> room);
// Reads the whole body. Fails with kLimitExceeded beyond kMaxWholeBytes.
asio::awaitable<Result<std::string>> ReadWhole(Exchange& exchange);
// Returns the connection to the pool if exactly one whole answer, and no further byte, has arrived.
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
