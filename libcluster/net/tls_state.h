// The inside of ServerTls, and what a handshake learnt. Internal to libcluster/net and the Kubernetes forwarder.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>
#include <vector>

#include "libcluster/net/stream.h"
#include "libcluster/net/tls.h"

namespace sallyport {

struct ServerTls::State {
  asio::ssl::context context{asio::ssl::context::tls_server};
  std::string wire_protocols;  // length-prefixed, as ALPN has them
};

// Returns the certificates that the client showed, as PEM, leaf first; empty when it showed none.
std::vector<std::string> PeerChainPem(ServerTlsStream& stream);

// Acknowledges the end of the client's handshake at once. No message of ours follows it (there are no tickets), and a
// client that gathers small messages (Nagle) would wait for the kernel's late acknowledgement, 40 ms, with its request.
void AcknowledgeHandshake(ServerTlsStream& stream);

// Returns the negotiated application protocol, or "".
std::string NegotiatedProtocol(ServerTlsStream& stream);

}  // namespace sallyport
