// Sends one HTTP/1.1 request over a stream and reads the JSON answer: for the web API of the proxy and the HTTP API of
// the auth service.
#pragma once

#include <cstddef>
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
  std::string_view what;  // "proxy": the expected server, for hints
  std::size_t max_answer_bytes = 4 << 20;
};

// Sends GET, or POST with a JSON body, and returns the answer. The connection cannot be used again.
//
// Fails by the HTTP status of the answer with the message of the server; with kConnectionProblem when the stream breaks
// or the time is over, kBadParameter when the answer is not JSON, kLimitExceeded when the answer exceeds the
// limit of the peer.
Result<Value> ExchangeJson(Stream& stream, std::string_view method, const std::string& path, const HttpPeer& peer,
                           const Secret& body, const NetworkSettings& settings);

}  // namespace sallyport
