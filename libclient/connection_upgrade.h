// A way to the proxy through load balancers that end TLS and forward only HTTP: a WebSocket (RFC 6455) that carries the
// bytes of a second TLS connection (docs/protocol/login.md#connection-upgrade).
#pragma once

#include <memory>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libclient/network.h"
#include "libclient/pump.h"

namespace sallyport {

// Returns whether the way to the proxy loses our protocols: asks for one that every proxy has and sees what comes back.
// The setting TELEPORT_TLS_ROUTING_CONN_UPGRADE (a bool, or "host:port=yes" items) decides without asking. A proxy that
// cannot be reached needs none: what comes next will say why.
bool NeedsConnectionUpgrade(const HostPort& proxy, const NetworkSettings& settings);

// Opens such a way. The pump's descriptor is for the inner TLS. Fails as TlsStream::Connect does, and with
// kConnectionProblem when the proxy does not switch protocols.
Result<std::unique_ptr<Pump>> OpenConnectionUpgrade(const HostPort& proxy, const NetworkSettings& settings);

// Frames of a WebSocket client over another stream, binary only. For tests too.
std::unique_ptr<Stream> MakeWebSocketStream(std::unique_ptr<Stream> below);

}  // namespace sallyport
