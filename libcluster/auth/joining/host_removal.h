// Removes a host from the cluster for good.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

class AuthServer;
struct Caller;

// Ends a host for good: its id is not accepted again, and what it announced goes, with an event of the audit log.
// Returns whether something of it was there. kBadParameter when the id is no UUID, or that of the auth service's own
// host.
Result<bool> RemoveHost(AuthServer& auth, const Caller& by, const std::string& host_id);

}  // namespace sallyport
