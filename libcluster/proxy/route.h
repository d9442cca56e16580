// Routes a TLS connection to a service, by the server name and the protocols of its hello
// (docs/protocol/login.md#tls-routing). Pure, for table tests.
#pragma once

#include <string>
#include <string_view>

#include "libcluster/net/client_hello.h"

namespace sallyport {

enum class Route {
  kNone,       // no service: close
  kWeb,        // web API
  kSshTunnel,  // SSH to the auth service; also tests whether ALPN passes through balancers
  kGrpc,       // auth and proxy methods
  kAuthHttp,   // the auth service's HTTP API
  kKubernetes,
};

// Routes a connection of the proxy's port. `cluster_name` decides which server names are the auth service's.
Route RouteOfProxy(const ClientHello& hello, std::string_view cluster_name);

// Routes a connection of the auth service's own port.
Route RouteOfAuth(const ClientHello& hello);

}  // namespace sallyport
