// Serves local login, and the tokens with which users set password and second factor (docs/protocol/login.md#web-api).
#pragma once

#include <span>

#include "libcluster/proxy/web_route.h"

namespace sallyport {

// Returns the routes of login and of tokens. The rows live as long as the program.
std::span<const WebRoute> LoginRoutes();

}  // namespace sallyport
