// A small HTTP/1.1 server for requests that fit into memory (web API, auth HTTP API): TLS, the limits of its endpoint,
// keep-alive, one handler. The head of a request decides the size limit of its body before the body is read. Streamed
// requests (Kubernetes) have their own server. RFC 9110, RFC 9112.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libcluster/net/budgets.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/net/listener.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/net/tls.h"

namespace sallyport {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string path;   // percent-encoding as sent, without the query
  std::string query;  // without the "?"
  HttpHeaders headers;
  std::string body;
  std::string remote_address;
  std::vector<std::string> peer_chain_pem;

  // Returns the first header of that name (any case), or "".
  std::string_view Header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
};

// Called on a thread of the pool; may block.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

// Decides by a request's head, before the body is read: returns the body's size limit, or an immediate answer. Called
// on a network thread; must not block.
using HttpAdmission = std::function<std::expected<std::size_t, HttpResponse>(const HttpRequest& head)>;

// Runs the work of a request on another thread; or drops it and returns the answer, when too much work waits. Called on
// a network thread; must not block.
using HttpSubmission =
    std::function<std::optional<HttpResponse>(const HttpRequest& request, std::function<void()> work)>;

struct HttpServerOptions {
  std::shared_ptr<ServerTls> tls;
  HttpHandler handler;
  Endpoint endpoint = Endpoint::kWeb;  // the endpoint of the connections' budget
  HttpAdmission admit;                 // without one every body may have the endpoint's message_bytes
  HttpSubmission submit;               // without one the pool does the work
  // Connections that ask for an upgrade at this path leave HTTP: their bytes become a socket that is routed like a new
  // connection (docs/protocol/login.md#connection-upgrade). Empty serves no upgrade.
  std::string upgrade_path;
  ConnectionHandler upgraded;
};

class HttpServer {
 public:
  HttpServer(EventLoop& loop, ThreadPool& pool, HttpServerOptions options);
  ~HttpServer();

  // Serves a connection before its TLS handshake.
  void HandleConnection(IncomingConnection connection);

  struct State;

 private:
  std::shared_ptr<State> state_;
};

// Compares ASCII names without regard to case.
bool EqualIgnoringCase(std::string_view a, std::string_view b);

}  // namespace sallyport
