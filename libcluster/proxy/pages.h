// Serves the proxy's web pages: files of pages/, embedded in the program. The pages load nothing from other sites, and
// a Content-Security-Policy (W3C CSP Level 3) restricts them.
#pragma once

#include <span>
#include <string_view>

#include "libcluster/net/http.h"
#include "libcluster/proxy/web_route.h"

namespace sallyport {

// Returns the text of a file of pages/, or "" for an unknown name. The text lives as long as the program.
std::string_view PageText(std::string_view file);

// Answers with a file of pages/ and the headers that every page carries. Answers 500 for an unknown name, a programming
// error in a route.
HttpResponse PageResponse(std::string_view file, int status);

// Returns the routes of the pages of invite and reset links, and of the files that these pages load. The rows live as
// long as the program.
std::span<const WebRoute> PageRoutes();

}  // namespace sallyport
