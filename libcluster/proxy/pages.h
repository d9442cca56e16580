// The pages that the proxy shows in a browser: files of pages/, part of the program. They use nothing from elsewhere,
// and what they may do is fixed by a Content-Security-Policy (W3C CSP Level 3).
#pragma once

#include <span>
#include <string_view>

#include "libcluster/net/http.h"
#include "libcluster/proxy/web_route.h"

namespace sallyport {

// Returns the text of a file of pages/, or "" for an unknown name. The text lives as long as the program.
std::string_view PageText(std::string_view file);

// Answers with a file of pages/ and the headers that every page carries. 500 for an unknown name, which is a mistake in
// a route.
HttpResponse PageResponse(std::string_view file, int status);

// Returns the routes of the pages that links of invites and resets open, and of what these pages load. The rows live
// as long as the program.
std::span<const WebRoute> PageRoutes();

}  // namespace sallyport
