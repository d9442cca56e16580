#include "libclient/http/http_connection.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "libbase/text.h"
#include "libbase/version.h"
#include "libbase/whole_number.h"
#include "libclient/http/beast_stream.h"

namespace sallyport {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t kMaxReplyBytes = 1 << 20;
constexpr std::uint32_t kMaxReplyHeader = 64 << 10;
constexpr std::pair<std::string_view, int> kSchemes[] = {{"https://", 443}, {"http://", 80}};

std::unexpected<Error> NotAUrl(std::string_view text, std::string_view reason) {
  return Fail(ErrorKind::kBadParameter, "\"{}\" is not a URL: {}", StripControl(text), reason);
}

}  // namespace

Result<HttpUrl> ParseHttpUrl(std::string_view text) {
  for (const auto& [scheme, port] : kSchemes) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view rest = text.substr(scheme.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    const std::string_view path = rest.substr(authority.size());
    if (authority.contains('@')) return NotAUrl(text, "it has credentials");
    if (path.contains('#')) return NotAUrl(text, "it has a fragment");
    if (text.find_first_of(" \t\r\n") != std::string_view::npos) return NotAUrl(text, "it has spaces");

    HttpUrl url;
    url.tls = port == 443;
    ASSIGN_OR_RETURN(url.address, ParseHostPort(authority, port));
    if (url.address.host.empty()) return NotAUrl(text, "it has no host");
    url.path = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
    return url;
  }
  return NotAUrl(text, "it begins with neither https:// nor http://");
}

std::string HttpAuthority(const HttpUrl& url) {
  const bool usual = url.address.port == kSchemes[url.tls ? 0 : 1].second;
  const std::string whole = FormatHostPort(url.address);
  return usual ? whole.substr(0, whole.rfind(':')) : whole;
}

Result<std::unique_ptr<Stream>> OpenHttpStream(const HttpUrl& url, const TlsOptions& tls,
                                               const NetworkSettings& network, Deadline deadline) {
  ASSIGN_OR_RETURN(UniqueFd socket, ConnectTcp(url.address, network, deadline));
  if (!url.tls) return std::make_unique<PlainStream>(std::move(socket));
  return TlsStream::Handshake(std::move(socket), tls, network, FormatHostPort(url.address), deadline);
}

Result<std::unique_ptr<HttpConnection>> HttpConnection::Connect(const HttpUrl& url, const TlsOptions& tls,
                                                                const NetworkSettings& network) {
  const Deadline deadline = std::chrono::steady_clock::now() + network.timeout;
  ASSIGN_OR_RETURN(auto stream, OpenHttpStream(url, tls, network, deadline));
  return std::unique_ptr<HttpConnection>(
      new HttpConnection(std::move(stream), FormatHostPort(url.address), network.answer_timeout));
}

std::unexpected<Error> HttpConnection::Broken(const Error& failure, const std::string& reason, bool nothing_came) {
  unanswered_ = served_ > 0 && nothing_came;
  return Fail(ErrorKind::kConnectionProblem, "{}: {}", host_, failure.message.empty() ? reason : failure.message);
}

Status HttpConnection::Post(const std::string& path, const HttpBody& body) {
  beast_http::request<beast_http::span_body<const char>> request(beast_http::verb::post, path, 11);
  request.set(beast_http::field::host, host_);
  request.set(beast_http::field::user_agent, fmt::format("sallyport/{}", kSallyportVersion));
  request.set(beast_http::field::content_type, body.type);
  if (!body.encoding.empty()) request.set(beast_http::field::content_encoding, body.encoding);
  request.body() = {body.bytes.data(), body.bytes.size()};
  request.prepare_payload();

  deadline_ = std::chrono::steady_clock::now() + timeout_;
  BeastStream adapter(*stream_, deadline_);
  boost::system::error_code code;
  beast_http::write(adapter, request, code);
  return code ? Broken(adapter.failure(), code.message(), true) : Status();
}

Result<HttpReply> HttpConnection::Receive() {
  BeastStream adapter(*stream_, deadline_);
  boost::system::error_code code;
  beast_http::response_parser<beast_http::string_body> parser;
  parser.body_limit(kMaxReplyBytes);
  parser.header_limit(kMaxReplyHeader);
  boost::beast::flat_buffer buffer;
  beast_http::read(adapter, buffer, parser, code);
  if (code) return Broken(adapter.failure(), code.message(), buffer.size() == 0 && !parser.got_some());

  ++served_;
  const auto& answer = parser.get();
  HttpReply reply{static_cast<int>(answer.result_int()), std::nullopt, answer.keep_alive()};
  const auto seconds = ReadWholeNumber<std::int64_t>(std::string(answer[beast_http::field::retry_after]));
  if (seconds && *seconds >= 0) reply.retry_after = std::chrono::seconds(*seconds);
  return reply;
}

}  // namespace sallyport
