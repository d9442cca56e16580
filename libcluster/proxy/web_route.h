// A route of the proxy's web API: a row of the file that serves it. Each file with routes exports its rows; web_api.cpp
// puts them into one list.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libcluster/net/http.h"

namespace sallyport {

class AuthServer;

// The limit of a route's requests.
enum class WebLimit {
  kNone,
  kRequests,  // by source
  kLogins,    // by LoginGate: passwords, and tokens that set them
};

// The largest bodies of requests.
inline constexpr std::size_t kNoBody = 0;
inline constexpr std::size_t kSmallBody = 4 << 10;  // also of a request that no route serves
inline constexpr std::size_t kPublicKeysBody = 128 << 10;

// The proxy's addresses in answers.
struct WebAddresses {
  std::string listen_address;       // "HOST:PORT" of the web port
  std::string public_address;       // "HOST:PORT"; empty when the configuration names none
  std::string kube_listen_address;  // empty: Kubernetes is served on the web port
  bool kube_enabled = true;
};

// The services that handlers use.
struct WebParts {
  AuthServer& auth;
  const WebAddresses& addresses;
};

// A request for a handler.
struct WebCall {
  const HttpRequest& request;
  std::vector<std::string> segments;  // that matched ":"
  Value body;                         // JSON; null of a GET
};

struct WebRoute {
  // Returns the JSON of the answer. Runs on a pool thread, on several at a time.
  using Handler = Result<Value>(const WebParts& parts, const WebCall& call);

  std::string_view method;
  std::string_view path;  // a segment that starts with ":" matches every text but ""
  WebLimit limit;
  std::size_t max_body;
  Handler* handler;
  std::string_view page = {};  // file of pages/, instead of a handler; also for HEAD
  bool logs_in = false;        // a successful answer completes a login
};

// Returns the first row with the request's method and a matching path, or nullptr. Fills in the segments that matched
// ":".
const WebRoute* FindRoute(std::span<const WebRoute> routes, std::string_view method, std::string_view path,
                          std::vector<std::string>& segments);

// Returns the segments of a path that begins with a slash: "/a/b" is {"a", "b"}, "/" is {""}.
std::vector<std::string_view> PathSegments(std::string_view path);

}  // namespace sallyport
