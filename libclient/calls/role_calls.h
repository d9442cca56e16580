// Checks of roles, for commands.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libclient/rpc.h"

namespace sallyport {

// Fails with kNotFound when one of the roles does not exist. Commands call it before they write anything.
Status CheckRolesExist(RpcClient& rpc, const std::vector<std::string>& roles);

}  // namespace sallyport
