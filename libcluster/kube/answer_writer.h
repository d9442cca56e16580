// Writes one answer to a client, piece by piece, with a framing of its own: a length where one is known, else chunks;
// to a client of HTTP/1.0 the end of the connection. Internal to libcluster/kube.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libcluster/kube/kube_client.h"

namespace sallyport {

class AnswerWriter {
 public:
  // For an answer to the request that `parser` reads, which must outlive it.
  AnswerWriter(KubeClient& client, const RequestParser& parser) : client_(client), parser_(parser) {}

  // Says what the header is, which goes out with the first piece or the end. `header` has no fields of one connection.
  // `length` of a body that is known, `has_body` whether one follows.
  void Begin(http::response_header<> header, std::optional<std::size_t> length, bool has_body);
  // Sends bytes of the body. A client that does not take them within a while has gone: that is an error.
  asio::awaitable<boost::system::error_code> Write(std::string_view bytes);
  // Sends what has not been sent: the header, before a body that may take its time.
  asio::awaitable<boost::system::error_code> Flush();
  // Sends what is left. Of a body that broke off there is no end to tell: leave this out then.
  asio::awaitable<boost::system::error_code> Finish();

  // Whether the client's connection can be used again, once the answer is finished.
  bool KeepsConnection() const { return keeps_; }

 private:
  KubeClient& client_;
  const RequestParser& parser_;
  std::string out_;  // that has not been sent
  bool chunked_ = false;
  bool keeps_ = false;
};

}  // namespace sallyport
