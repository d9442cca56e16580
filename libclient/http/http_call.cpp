#include "libclient/http/http_call.h"

#include <poll.h>

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <ctime>

#include "libbase/text.h"
#include "libbase/time.h"
#include "libbase/version.h"
#include "libbase/whole_number.h"
#include "libclient/http/beast_stream.h"
#include "libclient/tls.h"

namespace sallyport {
namespace {

namespace call_http = boost::beast::http;
using AnswerParser = call_http::response_parser<call_http::string_body>;

constexpr std::uint32_t kMaxCallHeader = 64 << 10;

Secret TextOfCall(const HttpCall& call) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: sallyport/{}\r\nConnection: close\r\n",
                                 call.method, call.url.path, HttpAuthority(call.url), kSallyportVersion);
  for (const HttpField& field : call.fields) text += fmt::format("{}: {}\r\n", field.name, field.value.Reveal());
  if (!call.body_type.empty()) text += fmt::format("Content-Type: {}\r\n", call.body_type);
  if (call.method != "GET") text += fmt::format("Content-Length: {}\r\n", call.body.Reveal().size());
  text += "\r\n";
  text += call.body.Reveal();
  return Secret(std::move(text));
}

// A value that contains a line break would be another field.
Status CheckCall(const HttpCall& call) {
  const auto has_break = [](std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
  };
  bool bad = has_break(call.url.path) || call.url.path.contains(' ');
  for (const HttpField& field : call.fields) bad = bad || has_break(field.name) || has_break(field.value.Reveal());
  if (bad) return Fail(ErrorKind::kBadParameter, "a request to {} has a line break", call.url.address.host);
  return {};
}

// Returns the error of a stream that broke, or whose time is over.
Error BrokenCall(const std::string& host, const Error& failure, Deadline deadline) {
  const bool late = std::chrono::steady_clock::now() >= deadline;
  return {ErrorKind::kConnectionProblem,
          fmt::format("{}: {}", host, late ? "no whole answer in time" : failure.message), ""};
}

// Returns the error of an answer that ended too early, is too large, or is no HTTP.
Error WrongAnswer(const std::string& host, const boost::system::error_code& code) {
  if (code == call_http::error::body_limit || code == call_http::error::header_limit) {
    return {ErrorKind::kLimitExceeded, fmt::format("{}: the answer is larger than the limit", host), ""};
  }
  const bool ended = code == call_http::error::end_of_stream || code == call_http::error::partial_message;
  const std::string reason = ended ? "the connection ended before the end of the answer"
                                   : fmt::format("the answer is not HTTP: {}", code.message());
  return {ErrorKind::kConnectionProblem, fmt::format("{}: {}", host, reason), ""};
}

Result<HttpCallAnswer> ReadAnswer(BeastStream& stream, const std::string& host, const HttpCallLimits& limits,
                                  Deadline deadline) {
  AnswerParser parser;
  parser.body_limit(limits.max_bytes);
  parser.header_limit(kMaxCallHeader);
  boost::beast::flat_buffer buffer;
  boost::system::error_code code;
  call_http::read(stream, buffer, parser, code);
  if (!stream.failure().message.empty()) return std::unexpected(BrokenCall(host, stream.failure(), deadline));
  if (code) return std::unexpected(WrongAnswer(host, code));

  HttpCallAnswer answer;
  auto& message = parser.get();
  answer.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    answer.fields.emplace_back(LowerCase(std::string(field.name_string())), std::string(field.value()));
  }
  answer.body = Secret(std::move(message.body()));
  return answer;
}

Result<std::unique_ptr<Stream>> OpenFor(const HttpUrl& url, const NetworkSettings& network, Deadline deadline) {
  NetworkSettings verified = network;
  verified.insecure = false;
  if (!url.tls) verified.https_proxy.clear();  // as its name says
  TlsOptions tls;
  tls.server_name = url.address.host;
  tls.protocols = {"http/1.1"};
  return OpenHttpStream(url, tls, verified, deadline);
}

bool IsStopped(const NetworkSettings& network) {
  pollfd stop{network.stop_descriptor, POLLIN, 0};
  return network.stop_descriptor >= 0 && ::poll(&stop, 1, 0) > 0;
}

}  // namespace

std::string_view HttpCallAnswer::Field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::chrono::seconds> HttpCallAnswer::RetryAfter() const {
  const std::string text(Field("retry-after"));
  if (text.empty()) return std::nullopt;
  if (const auto seconds = ReadWholeNumber<std::int64_t>(text); seconds && *seconds >= 0) {
    return std::chrono::seconds(*seconds);
  }
  std::tm date{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr) return std::nullopt;
  const auto then = std::chrono::system_clock::from_time_t(::timegm(&date));
  return std::max(std::chrono::seconds(0), std::chrono::ceil<std::chrono::seconds>(then - Now()));
}

Result<HttpCallAnswer> CallHttp(const HttpCall& call, const NetworkSettings& network, const HttpCallLimits& limits) {
  RETURN_IF_ERROR(CheckCall(call));
  const Deadline deadline = std::chrono::steady_clock::now() + limits.time;
  const auto make = [&]() -> Result<HttpCallAnswer> {
    ASSIGN_OR_RETURN(const auto stream, OpenFor(call.url, network, deadline));
    const std::string host = FormatHostPort(call.url.address);
    const Status sent = stream->Write(TextOfCall(call).Reveal(), deadline, network.stop_descriptor);
    if (!sent) return std::unexpected(BrokenCall(host, sent.error(), deadline));
    BeastStream adapter(*stream, deadline, network.stop_descriptor);
    return ReadAnswer(adapter, host, limits, deadline);
  };
  auto answer = make();
  if (!answer && IsStopped(network)) return Fail(ErrorKind::kInterrupted, "the process stops");
  return answer;
}

}  // namespace sallyport
