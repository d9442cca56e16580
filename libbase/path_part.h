// Checks names from outside (of users, clusters, hosts) before they become parts of paths.
#pragma once

#include <string_view>

namespace sallyport {

// Returns whether a name may become part of a path: not empty, neither "." nor "..", without slash and control
// characters.
bool IsSafePathPart(std::string_view name);

// Returns whether a name may also be shown as it is: a safe part of a path that StripControl leaves alone.
bool IsSafeName(std::string_view name);

}  // namespace sallyport
