// Searches for resources that a user may request: with the user's roles and search_as_roles
// (docs/protocol/rbac.md#requests-and-reviews).
#pragma once

#include "libbase/error.h"
#include "libcluster/rpc/caller.h"

namespace proto {
class ListResourcesRequest;
}

namespace sallyport {

class AuthServer;

// Returns the caller with its search_as_roles added, and writes the search `request` to the audit log; returns the
// caller unchanged when it has none. Fails as AccessOf does.
Result<Caller> SearchingCaller(AuthServer& auth, const Caller& caller, const proto::ListResourcesRequest& request);

}  // namespace sallyport
