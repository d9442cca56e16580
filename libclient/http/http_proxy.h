// Finds the HTTP proxy for a host, from HTTPS_PROXY and NO_PROXY as curl and Go read them.
#pragma once

#include <optional>

#include "libbase/address.h"
#include "libbase/secret.h"
#include "libclient/network.h"

namespace sallyport {

struct HttpProxy {
  HostPort address;
  Secret authorization;  // "user:password", decoded; empty without one
};

// Returns the HTTP proxy for a host, or nothing for a direct connection: no proxy is set, the host is this machine, or
// an entry of NO_PROXY covers the host. An entry is "*", a host, a domain (with "." or "*." before it, or without), an
// address, or a range of addresses; a port after it narrows it. Fails with kBadParameter when HTTPS_PROXY is not a URL,
// and with kNotImplemented when the proxy speaks another protocol than HTTP; errors contain no password.
Result<std::optional<HttpProxy>> HttpProxyFor(const NetworkSettings& settings, const HostPort& address);

}  // namespace sallyport
