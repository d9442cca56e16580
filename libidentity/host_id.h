// Which host a certificate of a service is of.
#pragma once

#include <string>

#include "libidentity/identity.h"

namespace sallyport {

// Returns the id of the host that a service's certificate is of ("HOST_ID.CLUSTER"), or the whole name when the cluster
// is missing in it.
std::string HostIdOf(const Identity& identity);

}  // namespace sallyport
