// Reads one answer of an HTTP/1 server from the bytes of a connection (RFC 9112), without the connection: where it ends
// is decided here and nowhere else. Strict: a framing that two readers could take differently is an error, and the
// connection of an error serves nobody again. Internal to libcluster/kube.
#pragma once

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

namespace http = boost::beast::http;

// What was asked for.
enum class AnswerTo { kRequest, kHead, kUpgrade };

// What has been taken from some bytes.
struct AnswerPiece {
  std::size_t used = 0;  // of the bytes; 0: more are needed
  std::size_t body = 0;  // bytes of the body that have been written to the room
};

class AnswerMachine {
 public:
  using Header = http::response_header<>;

  explicit AnswerMachine(AnswerTo to);

  // Takes what it can from the beginning of `bytes`; the next call gets what was not used, with what has arrived since.
  // Interim answers (1xx) are dropped, an end to the protocol (101) is the answer to an upgrade alone. Bytes of the
  // body go to `room`, which must not be empty. kConnectionProblem for what is no answer.
  Result<AnswerPiece> Take(std::string_view bytes, std::span<char> room);
  // The server has ended the connection: an answer without a length is whole then. kConnectionProblem for the others.
  Status End();

  // Whether the header of the answer is there, which is no interim one.
  bool HasHeader() const { return has_header_; }
  // Whether exactly one answer has been read.
  bool IsWhole() const;
  // Whether what follows on the connection is another protocol.
  bool IsUpgraded() const { return has_header_ && status() == 101; }
  // Whether the connection may serve another request, if nothing else has arrived on it.
  bool MayServeAnother() const;

  int status() const;
  const Header& header() const;
  // The length that the header tells, of the body that follows; nothing when it tells none.
  std::optional<std::size_t> Length() const;
  // Whether a body may follow.
  bool HasBody() const { return has_body_; }

 private:
  using Parser = http::response_parser<http::buffer_body>;

  void Begin();
  Status CheckHeader();

  const AnswerTo to_;
  std::unique_ptr<Parser> parser_;
  int interim_answers_ = 0;
  bool has_header_ = false;
  bool has_body_ = false;
  bool failed_ = false;
};

}  // namespace sallyport
