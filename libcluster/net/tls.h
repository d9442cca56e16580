// Server-side TLS of the ports that we terminate ourselves (web, auth HTTP, Kubernetes); gRPC does its own.
// TLS 1.2 at least, no session tickets (docs/protocol/login.md#tls-routing).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

struct ServerTlsOptions {
  std::string certificate_pem;  // the chain, leaf first
  std::string private_key_pem;
  // What is selected, the client's first choice among them; a client that offers none of them gets no protocol, and no
  // alert (Go's servers behave so for http/1.1).
  std::vector<std::string> protocols = {"http/1.1"};
  // Asks for a client certificate, accepts any: the caller's chain is checked later, where the refusal can be said.
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
