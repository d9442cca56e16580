// Names for completion: kinds, and names from the last lists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libresources/kinds/kind.h"
#include "tools/shell/command.h"

namespace sallyport {

// Keeps the names of all resources of a kind, except kinds whose names are secret.
void RememberNames(const Invocation& invocation, const KindRow& kind, std::vector<std::string> names);

// Program::known_names of tctl: a kind's name gives names of its resources, "resource" gives KIND and KIND/NAME.
std::vector<KnownName> KnownNames(const Invocation& invocation, std::string_view sort, std::string_view prefix);

}  // namespace sallyport
