// Connects to the proxy through load balancers that terminate TLS and forward only HTTP: a WebSocket (RFC 6455) carries
// the bytes of a second TLS connection (docs/protocol/login.md#connection-upgrade).
#pragma once

#include <memory>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libclient/network.h"
#include "libclient/pump.h"

namespace sallyport {

// Returns whether a load balancer before the proxy drops our ALPN protocols: probes with a protocol that every proxy
// has. The setting TELEPORT_TLS_ROUTING_CONN_UPGRADE (a bool, or "host:port=yes" items) decides without a probe.
// Returns false when the proxy cannot be reached: the next connection reports the reason.
bool NeedsConnectionUpgrade(const HostPort& proxy, const NetworkSettings& settings);

// Opens an upgraded connection. The descriptor of the pump is for the inner TLS. Fails as TlsStream::Connect does, and
// with kConnectionProblem when the proxy does not switch protocols.
Result<std::unique_ptr<Pump>> OpenConnectionUpgrade(const HostPort& proxy, const NetworkSettings& settings);

// Returns a stream that sends and receives binary WebSocket frames of a client over another stream. Public for tests.
std::unique_ptr<Stream> MakeWebSocketStream(std::unique_ptr<Stream> below);

}  // namespace sallyport
