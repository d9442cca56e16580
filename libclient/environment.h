// Reads the settings of a client program from its environment: the profile directory and the network.
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

// Returns TELEPORT_HOME, or ~/.tsh. Fails with kBadParameter when neither TELEPORT_HOME nor HOME is set.
Result<ProfileDirectory> ProfilesFromEnvironment(const EnvironmentReader& environment);

// Reads SSL_CERT_FILE, SSL_CERT_DIR, HTTPS_PROXY, NO_PROXY and TELEPORT_TLS_ROUTING_CONN_UPGRADE.
NetworkSettings NetworkFromEnvironment(const EnvironmentReader& environment, bool insecure);

}  // namespace sallyport
