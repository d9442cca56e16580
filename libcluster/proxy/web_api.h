// The proxy's web API (docs/protocol/login.md#web-api): ping and find, local login in two steps, invite and reset
// tokens, and the page that their links open. The HTTP server calls Admit and Submit on a network thread and Handle on
// a pool thread.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "libcluster/auth/auth_server.h"
#include "libcluster/net/http.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/proxy/login_gate.h"
#include "libcluster/proxy/web_route.h"

namespace sallyport {

struct WebApiOptions {
  WebAddresses addresses;
  // Called after each login. May be empty.
  std::function<void(const std::string& remote_address, const std::string& user)> logged_in;
};

class WebApi {
 public:
  // `logins` runs logins, `threads` all other work.
  WebApi(AuthServer& auth, LoginGate& logins, ThreadPool& threads, WebApiOptions options)
      : auth_(auth), logins_(logins), threads_(threads), options_(std::move(options)) {}

  // All functions are safe from several threads. Returns the size limit of a request's body, by its route; or the
  // refusal when its source exceeds its rate.
  std::expected<std::size_t, HttpResponse> Admit(const HttpRequest& head);
  // Runs the work of a request, or returns the refusal.
  std::optional<HttpResponse> Submit(const HttpRequest& request, std::function<void()> work);
  HttpResponse Handle(const HttpRequest& request);

  // The routes of all files, in the order of matching. They live as long as the program.
  static std::span<const WebRoute> Routes();

 private:
  AuthServer& auth_;
  LoginGate& logins_;
  ThreadPool& threads_;
  const WebApiOptions options_;
  RateLimiter requests_{kWebRate};  // by source, of rate-limited routes
};

}  // namespace sallyport
