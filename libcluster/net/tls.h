// Server-side TLS of the web, auth HTTP and Kubernetes ports; gRPC has its own. TLS 1.2 at least, no session tickets
// (docs/protocol/login.md#tls-routing).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

struct ServerTlsOptions {
  std::string certificate_pem;  // the chain, leaf first
  std::string private_key_pem;
  // The ALPN protocols of the server; the client's first match is selected. A client without a match gets no protocol
  // and no alert (as Go's servers do for http/1.1).
  std::vector<std::string> protocols = {"http/1.1"};
  // Requests a client certificate and accepts any: the chain is checked later, where the refusal can have a message.
  bool ask_for_client_certificate = false;
};

// A TLS configuration with its certificate. Immutable; share it between connections and threads.
class ServerTls {
 public:
  static Result<std::shared_ptr<ServerTls>> Create(const ServerTlsOptions& options);
  ~ServerTls();

  struct State;  // wraps asio::ssl::context
  State& state() { return *state_; }

 private:
  explicit ServerTls(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
