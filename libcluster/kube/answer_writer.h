// Writes one answer to a client, piece by piece, with its own framing: a known length, else chunks; for HTTP/1.0 the
// end of the connection. Internal to libcluster/kube.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libcluster/kube/kube_client.h"

namespace sallyport {

class AnswerWriter {
 public:
  // Answers the request that `parser` reads. Client and parser must outlive the writer.
  AnswerWriter(KubeClient& client, const RequestParser& parser) : client_(client), parser_(parser) {}

  // Sets the header, which is sent with the first piece or the end. `header` must have no hop-by-hop fields. `length`
  // is the body's length if known, `has_body` tells whether a body follows.
  void Begin(http::response_header<> header, std::optional<std::size_t> length, bool has_body);
  // Sends bytes of the body. Fails when the client does not receive them in time.
  asio::awaitable<boost::system::error_code> Write(std::string_view bytes);
  // Sends the unsent bytes: the header, before a slow body.
  asio::awaitable<boost::system::error_code> Flush();
  // Sends the rest and ends the body. Must not be called for a truncated body.
  asio::awaitable<boost::system::error_code> Finish();

  // Returns whether the client's connection can be reused after the answer.
  bool KeepsConnection() const { return keeps_; }

 private:
  KubeClient& client_;
  const RequestParser& parser_;
  std::string out_;  // not sent
  bool chunked_ = false;
  bool keeps_ = false;
};

}  // namespace sallyport
