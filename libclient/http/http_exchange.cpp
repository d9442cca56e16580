#include "libclient/http/http_exchange.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "libbase/json.h"
#include "libbase/text.h"
#include "libbase/version.h"
#include "libclient/http/beast_stream.h"

namespace sallyport {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint32_t kMaxHeaderBytes = 64 << 10;

struct HttpAnswer {
  int status = 0;
  std::string body;
};

std::unexpected<Error> FailExchange(const HttpPeer& peer, const Error& failure, const error_code& code) {
  if (code == http::error::body_limit || code == http::error::header_limit) {
    return Fail(ErrorKind::kLimitExceeded, "the answer of {} is larger than the limit", peer.host);
  }
  const std::string reason = failure.message.empty() ? code.message() : failure.message;
  return FailWithHint(ErrorKind::kConnectionProblem, fmt::format("{}: {}", peer.host, reason),
                      fmt::format("check that the address is that of the {}, and try again", peer.what));
}

Result<HttpAnswer> Exchange(Stream& stream, std::string_view method, const std::string& path, const HttpPeer& peer,
                            const Secret& body, Deadline deadline) {
  http::request<http::string_body> request(method == "GET" ? http::verb::get : http::verb::post, path, 11);
  request.set(http::field::host, peer.host);
  request.set(http::field::user_agent, fmt::format("sallyport/{}", kSallyportVersion));
  request.set(http::field::accept, "application/json");
  request.set(http::field::connection, "close");
  if (method != "GET") {
    request.set(http::field::content_type, "application/json");
    request.body() = body.Reveal();
    request.prepare_payload();
  }
  BeastStream adapter(stream, deadline);
  error_code code;
  http::write(adapter, request, code);
  Wipe(request.body());
  if (code) return FailExchange(peer, adapter.failure(), code);
  http::response_parser<http::string_body> parser;
  parser.body_limit(peer.max_answer_bytes);
  parser.header_limit(kMaxHeaderBytes);
  boost::beast::flat_buffer buffer;
  http::read(adapter, buffer, parser, code);
  if (code) return FailExchange(peer, adapter.failure(), code);
  return HttpAnswer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

// Any answer but a success, as an Error of the kind that its status means.
std::unexpected<Error> FailedAnswer(const HttpAnswer& answer, const std::string& where) {
  std::string message;
  if (const auto json = ParseJson(answer.body)) {
    const Value* error = json->FindIgnoringCase("error");
    const Value* text = error == nullptr ? json->FindIgnoringCase("message") : error->FindIgnoringCase("message");
    if (text != nullptr) message = text->as_string();
  }
  if (message.empty()) message = fmt::format("{} answers with HTTP status {}", where, answer.status);
  return Fail(KindOfHttpStatus(answer.status), "{}", StripControl(message));
}

}  // namespace

Result<Value> ExchangeJson(Stream& stream, std::string_view method, const std::string& path, const HttpPeer& peer,
                           const Secret& body, const NetworkSettings& settings) {
  const Deadline deadline = std::chrono::steady_clock::now() + settings.answer_timeout;
  ASSIGN_OR_RETURN(const HttpAnswer answer, Exchange(stream, method, path, peer, body, deadline));
  if (answer.status < 200 || answer.status > 299) return FailedAnswer(answer, peer.host);
  auto json = ParseJson(answer.body, {.max_bytes = peer.max_answer_bytes});
  if (!json) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("{} did not answer with JSON, as a {} does", peer.host, peer.what),
                        fmt::format("check that the address is that of the {}", peer.what));
  }
  return json;
}

}  // namespace sallyport
