// What a client program takes from its environment: where profiles are, and how the network is reached.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libclient/network.h"
#include "libclient/profile.h"

namespace sallyport {

// Returns an environment variable, or "".
using EnvironmentReader = std::function<std::string(std::string_view name)>;

// TELEPORT_HOME, or ~/.tsh. Fails with kBadParameter when there is neither.
Result<ProfileDirectory> ProfilesFromEnvironment(const EnvironmentReader& environment);

// SSL_CERT_FILE, SSL_CERT_DIR, HTTPS_PROXY, NO_PROXY and TELEPORT_TLS_ROUTING_CONN_UPGRADE.
NetworkSettings NetworkFromEnvironment(const EnvironmentReader& environment, bool insecure);

}  // namespace sallyport
