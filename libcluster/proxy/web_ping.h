// Ping and find: what a client learns of the cluster before it logs in (docs/protocol/login.md#web-api).
#pragma once

#include <span>

#include "libcluster/proxy/web_route.h"

namespace sallyport {

// Returns the routes below /webapi/ping, /webapi/find and /webapi/motd. The rows live as long as the program.
std::span<const WebRoute> PingRoutes();

}  // namespace sallyport
