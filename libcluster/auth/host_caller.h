// Services of the cluster on other hosts, as callers.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/auth/caller.h"

namespace sallyport {

// Returns the id of the host that a service's certificate is of ("HOST_ID.CLUSTER"). kAccessDenied unless it is one of
// a host that has joined as `service` ("Node").
Result<std::string> HostOfCaller(const Caller& caller, std::string_view cluster, std::string_view service);

}  // namespace sallyport
