#include "libclient/http/http_call.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <ctime>

#include "libbase/text.h"
#include "libbase/time.h"
#include "libbase/version.h"
#include "libbase/whole_number.h"
#include "libclient/stream.h"
#include "libclient/tls.h"

namespace sallyport {
namespace {

namespace call_http = boost::beast::http;
using AnswerParser = call_http::response_parser<call_http::string_body>;

constexpr std::uint32_t kMaxCallHeader = 64 << 10;
constexpr std::size_t kCallReadBytes = 16 << 10;

// Writes and reads for one call, until the deadline or the stop.
class CallIo {
 public:
  CallIo(Stream& stream, std::string host, Deadline deadline, int stop)
      : stream_(stream), host_(std::move(host)), deadline_(deadline), stop_(stop) {}

  Status Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const IoStep step = stream_.TryWrite(bytes);
      if (step.state == IoState::kDone) {
        bytes.remove_prefix(step.bytes);
      } else {
        RETURN_IF_ERROR(WaitOrFail(step));
      }
    }
    return {};
  }

  // Returns bytes of the answer; none at its end.
  Result<std::string_view> Receive() {
    while (true) {
      const IoStep step = stream_.TryRead(room_.data(), room_.size());
      if (step.state == IoState::kDone) return std::string_view(room_.data(), step.bytes);
      if (step.state == IoState::kClosed) return std::string_view();
      RETURN_IF_ERROR(WaitOrFail(step));
    }
  }

  template <typename... Args>
  std::unexpected<Error> Broken(fmt::format_string<Args...> reason, Args&&... args) const {
    return Fail(ErrorKind::kConnectionProblem, "{}: {}", host_, fmt::format(reason, std::forward<Args>(args)...));
  }

 private:
  Status WaitOrFail(const IoStep& step) const {
    if (step.state == IoState::kClosed || step.state == IoState::kFailed) {
      const auto failure = stream_.failure();
      return Broken("{}", failure ? failure->message : "the connection broke");
    }
    const short events = step.state == IoState::kWantRead ? POLLIN : POLLOUT;
    if (std::chrono::steady_clock::now() < deadline_ && WaitFor(stream_.fd(), events, deadline_, stop_)) return {};
    return Broken("no whole answer in time");
  }

  Stream& stream_;
  const std::string host_;
  const Deadline deadline_;
  const int stop_;
  std::array<char, kCallReadBytes> room_{};
};

std::string HostFieldOf(const HttpUrl& url) {
  const bool usual = url.address.port == (url.tls ? 443 : 80);
  const std::string whole = FormatHostPort(url.address);
  return usual ? whole.substr(0, whole.rfind(':')) : whole;
}

Secret TextOfCall(const HttpCall& call) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: sallyport/{}\r\nConnection: close\r\n",
                                 call.method, call.url.path, HostFieldOf(call.url), kSallyportVersion);
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

Result<HttpCallAnswer> ReadAnswer(CallIo& io, std::size_t max_bytes) {
  AnswerParser parser;
  parser.eager(true);
  parser.body_limit(max_bytes);
  parser.header_limit(kMaxCallHeader);
  std::string pending;
  while (!parser.is_done()) {
    ASSIGN_OR_RETURN(const std::string_view bytes, io.Receive());
    boost::system::error_code code;
    if (bytes.empty()) {
      if (parser.got_some()) parser.put_eof(code);
      if (code || !parser.is_done()) return io.Broken("the connection ended before the end of the answer");
      break;
    }
    pending += bytes;
    pending.erase(0, parser.put(boost::asio::buffer(pending), code));
    if (code == call_http::error::need_more) continue;
    if (code == call_http::error::body_limit || code == call_http::error::header_limit) {
      return Fail(ErrorKind::kLimitExceeded, "{}", io.Broken("the answer is larger than the limit").error().message);
    }
    if (code) return io.Broken("the answer is not HTTP: {}", code.message());
  }

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
  ASSIGN_OR_RETURN(UniqueFd socket, ConnectTcp(url.address, verified, deadline));
  if (!url.tls) return std::make_unique<PlainStream>(std::move(socket));

  TlsOptions tls;
  tls.server_name = url.address.host;
  tls.protocols = {"http/1.1"};
  return TlsStream::Handshake(std::move(socket), tls, verified, FormatHostPort(url.address), deadline);
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
    CallIo io(*stream, FormatHostPort(call.url.address), deadline, network.stop_descriptor);
    RETURN_IF_ERROR(io.Send(TextOfCall(call).Reveal()));
    return ReadAnswer(io, limits.max_bytes);
  };
  auto answer = make();
  if (!answer && IsStopped(network)) return Fail(ErrorKind::kInterrupted, "the process stops");
  return answer;
}

}  // namespace sallyport
