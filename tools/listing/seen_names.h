// Names from the cache, in the form that completion offers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libclient/name_cache.h"
#include "tools/shell/command.h"

namespace sallyport {

// Adds names, each after `head`, the text typed before it. The description of a name has its sort ("", "label") and its
// age.
void AddSeenNames(const SeenNames& found, std::string_view head, std::string_view what, std::vector<KnownName>& names);

}  // namespace sallyport
