// The auth service's HTTP API: the endpoints that remain beside gRPC (docs/protocol/auth-api.md#http-api). Callers are
// authenticated and refused exactly as for gRPC.
#pragma once

#include <string>

#include "libcluster/auth/auth_server.h"
#include "libcluster/net/http.h"

namespace sallyport {

struct AuthHttpOptions {
  std::string host_id;
  std::string hostname;
  std::string auth_address;   // "HOST:PORT"
  std::string proxy_address;  // "HOST:PORT"
};

class AuthHttpApi {
 public:
  AuthHttpApi(AuthServer& auth, AuthHttpOptions options) : auth_(auth), options_(std::move(options)) {}

  // Safe from several threads.
  HttpResponse Handle(const HttpRequest& request);

 private:
  Result<Value> Answer(const HttpRequest& request);
  Value Server(std::string_view kind, const std::string& address) const;

  AuthServer& auth_;
  const AuthHttpOptions options_;
};

}  // namespace sallyport
