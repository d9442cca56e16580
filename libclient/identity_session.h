// A session from an identity file (`-i FILE`): nothing of it is in the profile directory, and nothing is written there.
#pragma once

#include <string>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libbase/time.h"
#include "libclient/network.h"
#include "libclient/session.h"

namespace sallyport {

// Reads an identity file for use at a proxy. No network: the profile has the proxy's address, the user and the cluster,
// and what only the proxy knows is empty until Discover. Fails as ReadIdentityFile does; kNotLoggedIn when it has
// expired.
Result<Session> OpenIdentitySession(const std::string& path, const HostPort& proxy, Time now);

// Asks the proxy for the rest of the profile: its addresses, and whether a load balancer is in the way. Fails as
// WebClient does.
Status Discover(Session& session, const NetworkSettings& settings);

}  // namespace sallyport
