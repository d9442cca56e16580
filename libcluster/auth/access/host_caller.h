// Checks callers that are services of the cluster on other hosts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

// Returns the host id of a caller. Fails with kAccessDenied unless the caller is a host that has joined as `service`
// ("Node").
Result<std::string> HostOfCaller(const Caller& caller, std::string_view cluster, std::string_view service);

// Returns the host id of a caller that is an agent: it has joined as one of the services, and is not the host of the
// auth service, whose id is `own_host`. Fails with kAccessDenied; of several services, with the error of the last.
Result<std::string> AgentHostOfCaller(const Caller& caller, std::string_view cluster, std::string_view own_host,
                                      std::initializer_list<std::string_view> services);

}  // namespace sallyport
