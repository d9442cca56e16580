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

// What limits a route's requests.
enum class WebLimit {
  kNone,
  kRequests,  // by source
  kLogins,    // by LoginGate: passwords, and tokens that set them
};

// The largest bodies of requests.
inline constexpr std::size_t kNoBody = 0;
inline constexpr std::size_t kSmallBody = 4 << 10;  // also of a request that no route serves
inline constexpr std::size_t kPublicKeysBody = 128 << 10;

// Where the proxy is reached, as answers name it.
struct WebAddresses {
  std::string listen_address;       // "HOST:PORT" of the web port
  std::string public_address;       // "HOST:PORT"; empty when the configuration names none
  std::string kube_listen_address;  // empty: Kubernetes is served on the web port
  bool kube_enabled = true;
};

// What handlers work with.
struct WebParts {
  AuthServer& auth;
  const WebAddresses& addresses;
};

// What a handler is asked for.
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
  std::string_view page = {};  // of pages/, instead of a handler; also for HEAD
  bool logs_in = false;        // an answer without an error ends a login
};

// Returns the row that serves a request, or nullptr: the first that has its method and matches its path. Fills the
// segments that matched ":".
const WebRoute* FindRoute(std::span<const WebRoute> routes, std::string_view method, std::string_view path,
                          std::vector<std::string>& segments);

// Returns the segments of a path that begins with a slash: "/a/b" is {"a", "b"}, "/" is {""}.
std::vector<std::string_view> PathSegments(std::string_view path);

}  // namespace sallyport
