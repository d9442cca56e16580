// Opens a session from an identity file (`-i FILE`), without reading or writing the profile directory.
#pragma once

#include <string>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libbase/time.h"
#include "libclient/network.h"
#include "libclient/session.h"

namespace sallyport {

// Reads an identity file for use at a proxy, without network access. The profile has the address of the proxy, the user
// and the cluster; Discover fills in the other fields. Fails as ReadIdentityFile does, and with kNotLoggedIn when the
// certificate has expired.
Result<Session> OpenIdentitySession(const std::string& path, const HostPort& proxy, Time now);

// Asks the proxy for the rest of the profile: its addresses, and whether a load balancer needs a connection upgrade.
// Fails as WebClient does.
Status Discover(Session& session, const NetworkSettings& settings);

}  // namespace sallyport
