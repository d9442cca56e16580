#include "libkube/answer_machine.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <cstdint>
#include <optional>

#include "libbase/text.h"

namespace sallyport {
namespace {

using boost::system::error_code;

constexpr std::uint32_t kMaxHeaderBytes = 256 << 10;
constexpr int kMaxInterimAnswers = 32;
constexpr int kContinue = 100;
constexpr int kSwitchingProtocols = 101;
constexpr int kOk = 200;
constexpr int kNoContent = 204;
constexpr int kNotModified = 304;
constexpr int kMaxStatus = 599;

std::unexpected<Error> Wrong(std::string_view why) {
  return Fail(ErrorKind::kConnectionProblem, "the API server's answer {}", why);
}

}  // namespace

AnswerMachine::AnswerMachine(AnswerTo to) : to_(to) { Begin(); }

void AnswerMachine::Begin() {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(kMaxHeaderBytes);
  parser_->body_limit(boost::none);
  if (to_ == AnswerTo::kHead) parser_->skip(true);
}

// Beast has refused bad lengths, different lengths, and a length beside chunks.
Status AnswerMachine::CheckHeader() {
  const Header& header = parser_->get();
  const int status = this->status();
  if (header.version() != 10 && header.version() != 11) return Wrong("has an unknown version of HTTP");
  if (status < kContinue || status > kMaxStatus) return Wrong("has an unknown status");
  if (header.count(http::field::content_length) > 1 || header[http::field::content_length].contains(',')) {
    return Wrong("has two lengths");
  }
  if (const auto encodings = header.count(http::field::transfer_encoding); encodings > 0) {
    const bool chunked = LowerCase(std::string_view(header[http::field::transfer_encoding])) == "chunked";
    if (encodings > 1 || !chunked || header.version() != 11) return Wrong("has an unknown transfer encoding");
  }
  if (status == kSwitchingProtocols && to_ != AnswerTo::kUpgrade)
    return Wrong("changes the protocol without a request");
  return {};
}

Result<AnswerPiece> AnswerMachine::Take(std::string_view bytes, std::span<char> room) {
  AnswerPiece piece;
  if (failed_) return Wrong("is broken");
  if (IsWhole() || bytes.empty()) return piece;
  error_code error;
  parser_->get().body().data = room.data();
  parser_->get().body().size = room.size();
  piece.used = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::need_more || error == http::error::need_buffer) error = {};
  if (error) {
    failed_ = true;
    return Wrong(fmt::format("cannot be read: {}", error.message()));
  }
  piece.body = room.size() - parser_->get().body().size;
  if (has_header_ || !parser_->is_header_done()) return piece;

  const Status checked = CheckHeader();
  const bool interim = status() < kOk && status() != kSwitchingProtocols;
  if (!checked || (interim && ++interim_answers_ > kMaxInterimAnswers)) {
    failed_ = true;
    return checked ? Wrong("has too many interim responses") : std::unexpected(checked.error());
  }
  if (interim) {
    Begin();
    return piece;
  }
  has_header_ = true;
  has_body_ = !parser_->is_done() && to_ != AnswerTo::kHead && status() != kNoContent && status() != kNotModified;
  return piece;
}

Status AnswerMachine::End() {
  if (failed_) return Wrong("is broken");
  if (IsWhole()) return {};
  error_code error;
  if (has_header_ && parser_->need_eof()) parser_->put_eof(error);
  if (!IsWhole() || error) {
    failed_ = true;
    return Wrong(has_header_ ? "ended early" : "is missing");
  }
  return {};
}

bool AnswerMachine::IsWhole() const { return !failed_ && has_header_ && parser_->is_done(); }

bool AnswerMachine::MayServeAnother() const {
  return IsWhole() && !IsUpgraded() && !parser_->need_eof() && parser_->keep_alive();
}

int AnswerMachine::status() const { return static_cast<int>(parser_->get().result_int()); }

const AnswerMachine::Header& AnswerMachine::header() const { return parser_->get(); }

std::optional<std::size_t> AnswerMachine::Length() const {
  if (parser_->chunked()) return std::nullopt;
  const auto length = parser_->content_length();
  return length ? std::optional<std::size_t>(*length) : std::nullopt;
}

}  // namespace sallyport
