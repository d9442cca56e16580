// Serves ping and find: the facts of the cluster for clients before login (docs/protocol/login.md#web-api).
#pragma once

#include <span>

#include "libcluster/proxy/web_route.h"

namespace sallyport {

// Returns the routes below /webapi/ping, /webapi/find and /webapi/motd. The rows live as long as the program.
std::span<const WebRoute> PingRoutes();

}  // namespace sallyport
