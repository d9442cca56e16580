// One HTTP/1.1 request over a stream and its answer, which is JSON: the proxy's web API and the auth service's HTTP
// API.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/value.h"
#include "libclient/network.h"
#include "libclient/stream.h"

namespace sallyport {

struct HttpPeer {
  std::string host;       // "HOST:PORT"
  std::string_view what;  // "proxy": what should be there, for hints
};

// Sends GET, or POST with a JSON body, and returns what came back. The connection is not used again.
//
// Fails by the answer's HTTP status with the server's message; with kConnectionProblem when the stream breaks or the
// time is over; kBadParameter for an answer that is no JSON, kLimitExceeded for one beyond 4 MiB.
Result<Value> ExchangeJson(Stream& stream, std::string_view method, const std::string& path, const HttpPeer& peer,
                           const Secret& body, const NetworkSettings& settings);

}  // namespace sallyport
