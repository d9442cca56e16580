// Services of the cluster on other hosts, as callers.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

// Returns the id of the host that a service's certificate is of ("HOST_ID.CLUSTER"), or the whole name when the cluster
// is missing in it.
std::string HostIdOf(const Identity& identity);

// The same for a caller. kAccessDenied unless it is a host that has joined as `service` ("Node").
Result<std::string> HostOfCaller(const Caller& caller, std::string_view cluster, std::string_view service);

}  // namespace sallyport
