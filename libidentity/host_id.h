// Finds the host to which the certificate of a service belongs.
#pragma once

#include <string>

#include "libidentity/identity.h"

namespace sallyport {

// Returns the host id from the name in a service's certificate ("HOST_ID.CLUSTER"), or the whole name when the name has
// no cluster.
std::string HostIdOf(const Identity& identity);

}  // namespace sallyport
