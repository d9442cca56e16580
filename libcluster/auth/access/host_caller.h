// Checks callers that are services of the cluster on other hosts.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

// Returns the host id of a caller. Fails with kAccessDenied unless the caller is a host that has joined as `service`
// ("Node").
Result<std::string> HostOfCaller(const Caller& caller, std::string_view cluster, std::string_view service);

}  // namespace sallyport
