// One request to an API server and its answer. Internal to libcluster/kube.
#pragma once

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/http/read.hpp>
#include <memory>
#include <span>
#include <string>

#include "libcluster/kube/answer/answer_machine.h"
#include "libcluster/kube/kube_client.h"
#include "libcluster/kube/upstream_pool.h"

namespace sallyport {

// The largest body that is held in memory: a list of what is to be deleted, a discovery document.
inline constexpr std::size_t kMaxWholeBytes = 32U << 20;

struct UpstreamRequest {
  RequestHeader header;             // everything but Authorization and what frames the body
  std::string body;                 // the whole body, unless `parser` has one that is streamed
  KubeClient* client = nullptr;     // whose body follows
  RequestParser* parser = nullptr;  // that reads it
  bool upgrades = false;            // asks for another protocol; an idle connection will not do
};

// What has begun: the connection, and what was read beyond the answer's header.
struct Exchange {
  Exchange(std::shared_ptr<UpstreamPool> pool_in, AnswerTo to) : pool(std::move(pool_in)), answer(to) {}
  std::shared_ptr<UpstreamPool> pool;
  UpstreamCredential credential;
  std::unique_ptr<UpstreamStream> stream;
  beast::flat_buffer buffer;
  AnswerMachine answer;
  bool sent = false;  // the whole request
};

// Sends the request and reads the answer's header. An idle connection that the server closed meanwhile is no failure: a
// request that changes nothing and has no streamed body goes once more, on a new one; another is never sent twice. With
// a new credential a request goes again after a 401, when a plugin makes credentials. A server may answer before it has
// the whole body: that answer counts.
asio::awaitable<Result<std::unique_ptr<Exchange>>> Begin(const std::shared_ptr<UpstreamPool>& pool,
                                                         UpstreamRequest& request);

// Reads more of the answer's body into the room and returns how many bytes; 0 at the end.
asio::awaitable<Result<std::size_t>> ReadPiece(Exchange& exchange, std::span<char> room);
// Reads all of it. kLimitExceeded beyond kMaxWholeBytes.
asio::awaitable<Result<std::string>> ReadWhole(Exchange& exchange);
// Gives the connection back, when exactly one whole answer has been read from it and nothing more has arrived.
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
