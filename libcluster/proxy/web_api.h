// The proxy's web API (docs/protocol/login.md#web-api): ping and find, local login in two steps, invite and reset
// tokens, and the page that their links open. Requests in, responses out; the HTTP server asks Admit and Submit on a
// network thread and calls Handle on a pool thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/net/http.h"
#include "libcluster/net/http_json.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/proxy/login_gate.h"

namespace sallyport {

struct WebApiOptions {
  std::string listen_address;       // "HOST:PORT" of the web port
  std::string public_address;       // "HOST:PORT"; empty when the configuration names none
  std::string kube_listen_address;  // empty: Kubernetes is served on the web port
  bool kube_enabled = true;
  // Told of each login. May be empty.
  std::function<void(const std::string& remote_address, const std::string& user)> logged_in;
};

class WebApi {
 public:
  // `logins` and `threads` do the work: logins, and everything else.
  WebApi(AuthServer& auth, LoginGate& logins, ThreadPool& threads, WebApiOptions options)
      : auth_(auth), logins_(logins), threads_(threads), options_(std::move(options)) {}

  // All are safe from several threads. Returns how large the body of a request may be, by its route; or the refusal,
  // when its source asks for too much.
  std::expected<std::size_t, HttpResponse> Admit(const HttpRequest& head);
  // Has the work of a request done, or returns why not.
  std::optional<HttpResponse> Submit(const HttpRequest& request, std::function<void()> work);
  HttpResponse Handle(const HttpRequest& request);

  // A route's part of the work: what is wanted, the segments that matched ":", the JSON body. Public for the route
  // table.
  struct Call {
    const HttpRequest& request;
    std::vector<std::string> segments;
    Value body;
  };
  Result<Value> Ping(const Call& call);
  Result<Value> PingConnector(const Call& call);
  Result<Value> Find(const Call& call);
  Result<Value> Motd(const Call& call);
  Result<Value> LoginBegin(const Call& call);
  Result<Value> LoginFinish(const Call& call);
  Result<Value> GetToken(const Call& call);
  Result<Value> RegisterChallenge(const Call& call);
  Result<Value> ChangePassword(const Call& call);
  Result<Value> HostCredentials(const Call& call);

 private:
  Result<Value> AuthSettings(std::string_view connector);
  Value ProxySettings() const;
  Result<Value> Envelope(Value auth_settings);
  struct Authenticator {
    std::string uri;      // otpauth://
    std::string qr_code;  // a PNG of it, base64
  };
  Result<Authenticator> TokenAuthenticator(const std::string& token_id);
  Result<Value> LoginAnswer(const UserCerts& certs);

  AuthServer& auth_;
  LoginGate& logins_;
  ThreadPool& threads_;
  const WebApiOptions options_;
  RateLimiter requests_{kWebRate};  // by source, of those that cost something
};

}  // namespace sallyport
