// The state of ServerTls, and the results of a handshake. Internal to libcluster/net and the Kubernetes forwarder.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>
#include <vector>

#include "libcluster/net/stream.h"
#include "libcluster/net/tls.h"

namespace sallyport {

struct ServerTls::State {
  asio::ssl::context context{asio::ssl::context::tls_server};
  std::string wire_protocols;  // length-prefixed, the ALPN wire format
};

// Returns the client's certificates as PEM, leaf first; empty without any.
std::vector<std::string> PeerChainPem(ServerTlsStream& stream);

// Acknowledges the end of the client's handshake at once. The server sends no message after it (no tickets), and a
// client with Nagle's algorithm would hold its request back until the kernel's delayed acknowledgement (40 ms).
void AcknowledgeHandshake(ServerTlsStream& stream);

// Returns the negotiated application protocol, or "".
std::string NegotiatedProtocol(ServerTlsStream& stream);

}  // namespace sallyport
