// Takes the reports of discovery services: alerts about what needs an administrator, and the status of the discovery
// configs. Returns what the service must know.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libcluster/auth/discovery/discovery_services.h"
#include "sallyport/v1/discovery.pb.h"

namespace sallyport {

class AuthServer;

// Takes the report of a host whose group was checked. A changed state is logged once. Fails with kLimitExceeded when
// the request is too large, and when the backend does.
Result<v1::SyncDiscoveryResponse> SyncDiscovery(AuthServer& auth, DiscoveryServices& services,
                                                const std::string& host_id, const v1::SyncDiscoveryRequest& request);

}  // namespace sallyport
