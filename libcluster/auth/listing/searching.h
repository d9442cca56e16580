// Who looks for resources that could be asked for: a user's roles, and those of search_as_roles
// (docs/protocol/rbac.md#requests-and-reviews).
#pragma once

#include "libbase/error.h"
#include "libcluster/rpc/caller.h"

namespace proto {
class ListResourcesRequest;
}

namespace sallyport {

class AuthServer;

// Returns the caller with the roles that it may ask for resources with, which the audit log is told with `request`; the
// caller as it is when there are none. Fails as AccessOf does.
Result<Caller> SearchingCaller(AuthServer& auth, const Caller& caller, const proto::ListResourcesRequest& request);

}  // namespace sallyport
