// A connection of HTTP/1.1 (RFC 9112) that is kept for several requests, to a server that is named by a URL.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libclient/network.h"
#include "libclient/stream.h"
#include "libclient/tls.h"

namespace sallyport {

struct HttpUrl {
  bool tls = true;
  HostPort address;
  std::string path;  // with the query, at least "/"
};

// Reads "https://HOST[:PORT][/PATH]" or http. Fails with kBadParameter: another scheme, no host, credentials, a
// fragment, spaces.
Result<HttpUrl> ParseHttpUrl(std::string_view text);

// Returns "HOST", or "HOST:PORT" when the port is not the usual one of the scheme.
std::string HttpAuthority(const HttpUrl& url);

// Connects to the server of a URL. `tls` is for https. Fails as ConnectTcp and TlsStream do.
Result<std::unique_ptr<Stream>> OpenHttpStream(const HttpUrl& url, const TlsOptions& tls,
                                               const NetworkSettings& network, Deadline deadline);

struct HttpBody {
  std::string_view type;      // "application/json"
  std::string_view encoding;  // "gzip", or empty
  std::string bytes;
};

struct HttpReply {
  int status = 0;
  std::optional<std::chrono::seconds> retry_after;  // of the header Retry-After, when it is a number
  bool keeps = false;                               // the connection serves another request
};

// One request at a time.
class HttpConnection {
 public:
  // Connects. `tls` is for https; its server_name and protocols are set here. Fails as ConnectTcp and TlsStream do.
  static Result<std::unique_ptr<HttpConnection>> Connect(const HttpUrl& url, const TlsOptions& tls,
                                                         const NetworkSettings& network);

  // Sends a body to a path of the server; Receive then reads the whole answer. Both fail with kConnectionProblem when
  // the connection breaks or the time since Post is over; the server may have taken the body then, unless `unanswered`
  // says that a kept connection was closed by the server meanwhile, as servers do.
  Status Post(const std::string& path, const HttpBody& body);
  Result<HttpReply> Receive();
  bool unanswered() const { return unanswered_; }

 private:
  std::unexpected<Error> Broken(const Error& failure, const std::string& reason, bool nothing_came);
  HttpConnection(std::unique_ptr<Stream> stream, std::string host, std::chrono::milliseconds timeout)
      : stream_(std::move(stream)), host_(std::move(host)), timeout_(timeout) {}

  const std::unique_ptr<Stream> stream_;
  const std::string host_;
  const std::chrono::milliseconds timeout_;
  Deadline deadline_{};  // of the request that was sent last
  int served_ = 0;
  bool unanswered_ = false;
};

}  // namespace sallyport
