// Services of the cluster on other hosts, as callers.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

// Returns the id of the host that a caller is. kAccessDenied unless it is a host that has joined as `service` ("Node").
Result<std::string> HostOfCaller(const Caller& caller, std::string_view cluster, std::string_view service);

}  // namespace sallyport
