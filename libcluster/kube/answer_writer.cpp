#include "libcluster/kube/answer_writer.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "libcluster/kube/request/http_text.h"

namespace sallyport {
namespace {

using boost::system::error_code;

constexpr std::chrono::seconds kWriteTimeout{30};
constexpr unsigned kHttp10 = 10;

}  // namespace

void AnswerWriter::Begin(http::response_header<> header, std::optional<std::size_t> length, bool has_body) {
  const bool old = parser_.get().version() == kHttp10;
  const bool ends = has_body && !length && old;
  chunked_ = has_body && !length && !old;
  keeps_ = !ends && parser_.is_done() && parser_.keep_alive() && !client_.must_close;
  header.erase(http::field::content_length);
  header.erase(http::field::transfer_encoding);
  if (length) header.set(http::field::content_length, std::to_string(*length));
  if (chunked_) header.set(http::field::transfer_encoding, "chunked");
  // RFC 9112 section 9.3: a Connection field states a choice that is not the default of the client's version.
  if (!keeps_ && !old) header.set(http::field::connection, "close");
  if (keeps_ && old) header.set(http::field::connection, "keep-alive");
  out_ = HeaderText(header);
}

asio::awaitable<error_code> AnswerWriter::Write(std::string_view bytes) {
  if (bytes.empty()) co_return error_code();
  if (chunked_) {
    out_ += ChunkText(bytes);
  } else {
    out_ += bytes;
  }
  co_return co_await Flush();
}

asio::awaitable<error_code> AnswerWriter::Finish() {
  if (chunked_) out_ += kLastChunk;
  if (out_.empty()) co_return error_code();
  co_return co_await Flush();
}

asio::awaitable<error_code> AnswerWriter::Flush() {
  error_code error;
  beast::get_lowest_layer(client_.stream).expires_after(kWriteTimeout);
  co_await asio::async_write(client_.stream, asio::buffer(out_), asio::redirect_error(asio::use_awaitable, error));
  out_.clear();
  co_return error;
}

}  // namespace sallyport
