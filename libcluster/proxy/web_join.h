// Joins hosts through the proxy's web port (docs/protocol/joining.md#by-the-web-port).
#pragma once

#include <span>

#include "libcluster/proxy/web_route.h"

namespace sallyport {

// Returns the route for joining hosts. The rows live as long as the program.
std::span<const WebRoute> JoinRoutes();

}  // namespace sallyport
