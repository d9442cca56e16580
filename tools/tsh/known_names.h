// Names for completion: what lists showed last, of the profile that is the current one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libclient/session.h"
#include "tools/shell/command.h"

namespace sallyport {

// Keeps the names of an unfiltered list. An identity file leaves nothing behind.
void RememberNames(const Invocation& invocation, const Session& session, std::string_view sort,
                   std::vector<std::string> names);

// Program::known_names of tsh: "cluster" and "kube_cluster".
std::vector<std::string> KnownNames(const Invocation& invocation, std::string_view sort, std::string_view prefix);

}  // namespace sallyport
