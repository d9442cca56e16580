// One request of HTTP/1.1 to a URL on a connection of its own, with any header fields: for the APIs of clouds.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libclient/http/http_connection.h"
#include "libclient/network.h"

namespace sallyport {

struct HttpField {
  std::string name;
  Secret value;
};

struct HttpCall {
  std::string method;  // "GET"
  HttpUrl url;
  std::vector<HttpField> fields;
  std::string body_type;  // "application/json"; empty: no body
  Secret body;
};

// The limits of a call. The lookup of a host's name is limited by the system's resolver alone.
struct HttpCallLimits {
  std::chrono::milliseconds time{30'000};  // from the connection to the last byte of the answer
  std::size_t max_bytes = 4 << 20;         // of the answer's body
};

struct HttpCallAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  Secret body;

  // Returns the value of the first field of a name (in lower case), or "".
  std::string_view Field(std::string_view name) const;
  // Returns the header Retry-After as a time from now: seconds, or a date (RFC 9110 section 10.2.3).
  std::optional<std::chrono::seconds> RetryAfter() const;
};

// Makes the call and returns the answer, whatever its status is. Follows no redirect. Certificates are verified, also
// with `network.insecure`; `network.https_proxy` is for https alone; `network.stop_descriptor` ends the call.
//
// Fails with kConnectionProblem (not reached, broken, too late, no HTTP), kLimitExceeded (a larger answer) and
// kInterrupted (stopped). Errors name the host, and no field and no body.
Result<HttpCallAnswer> CallHttp(const HttpCall& call, const NetworkSettings& network, const HttpCallLimits& limits);

}  // namespace sallyport
