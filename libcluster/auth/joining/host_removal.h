// Removes a host from the cluster for good.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

class AuthServer;
struct Caller;

// Removes a host for good: refuses its id from now on, deletes its announced resources and appends an audit event.
// Returns whether the cluster had anything of the host. Fails with kBadParameter when the id is no UUID, or the id of
// the auth service's own host.
Result<bool> RemoveHost(AuthServer& auth, const Caller& by, const std::string& host_id);

}  // namespace sallyport
