// DiscoveryAuth in the auth service's own process.
#pragma once

#include <memory>
#include <string>

#include "libcluster/auth_client/discovery_auth.h"

namespace sallyport {

class AuthServer;
class DiscoveryServices;

// `auth` and `services` must outlive the result. The group is the one of this process's configuration.
std::unique_ptr<DiscoveryAuth> LocalDiscovery(AuthServer& auth, DiscoveryServices& services, std::string host_id,
                                              std::string group);

}  // namespace sallyport
