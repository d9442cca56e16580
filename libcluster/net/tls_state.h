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
std::vector<std::string> PeerChainPem(TlsStream& stream);

// Returns the negotiated application protocol, or "".
std::string NegotiatedProtocol(TlsStream& stream);

}  // namespace sallyport
