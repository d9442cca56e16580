// Parses one answer of an HTTP/1 server from the bytes of a connection (RFC 9112), without I/O. No other code decides
// where an answer ends. Strict: ambiguous framing is an error, and a connection is not reused after an error.
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

// The kind of request that the answer is for.
enum class AnswerTo { kRequest, kHead, kUpgrade };

// The result of one Take.
struct AnswerPiece {
  std::size_t used = 0;  // bytes consumed; 0: more are needed
  std::size_t body = 0;  // bytes of the body written to `room`
};

class AnswerMachine {
 public:
  using Header = http::response_header<>;

  explicit AnswerMachine(AnswerTo to);

  // Consumes bytes from the beginning of `bytes`; the next call must begin with the unused bytes. Drops interim answers
  // (1xx); accepts 101 (Switching Protocols) only for an upgrade. Writes the body to `room`, which must not be empty.
  // Fails with kConnectionProblem for bytes that are no answer.
  Result<AnswerPiece> Take(std::string_view bytes, std::span<char> room);
  // Handles the end of the connection, which completes an answer without a length. Fails with kConnectionProblem for
  // other answers.
  Status End();

  // Returns whether the header of the final (not interim) answer is complete.
  bool HasHeader() const { return has_header_; }
  // Returns whether exactly one answer has been read.
  bool IsWhole() const;
  // Returns whether the connection has switched to another protocol.
  bool IsUpgraded() const { return has_header_ && status() == 101; }
  // Returns whether the connection may serve another request, if no further bytes have arrived.
  bool MayServeAnother() const;

  int status() const;
  const Header& header() const;
  // Returns the body's length by the header; nothing when the header has none.
  std::optional<std::size_t> Length() const;
  // Returns whether a body may follow.
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
