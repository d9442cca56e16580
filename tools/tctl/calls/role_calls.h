// What commands ask about roles.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libclient/rpc.h"

namespace sallyport {

// Fails with kNotFound when one of the roles is not there: it is said before anything is written.
Status CheckRolesExist(RpcClient& rpc, const std::vector<std::string>& roles);

}  // namespace sallyport
