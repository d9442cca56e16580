// Names from the cache as completion offers them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libclient/name_cache.h"
#include "tools/shell/command.h"

namespace sallyport {

// Adds names behind `head`, what was typed before them, and says of each what it is ("", "label") and how old that is.
void AddSeenNames(const SeenNames& found, std::string_view head, std::string_view what, std::vector<KnownName>& names);

}  // namespace sallyport
