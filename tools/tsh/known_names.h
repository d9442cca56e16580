// Names for completion: what lists showed last, of the profile that is the current one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libclient/session.h"
#include "tools/shell/command.h"

namespace sallyport {

// The sort of names that nodes have.
inline constexpr std::string_view kNodeNames = "node";

// Keeps the names of an unfiltered list. An identity file leaves nothing behind.
void RememberNames(const Invocation& invocation, const Session& session, std::string_view sort,
                   std::vector<std::string> names);

// The names of all nodes when one page holds them; none when there are more, which would hold a login up.
std::vector<std::string> NamesOfFewNodes(RpcClient& rpc);

// Program::known_names of tsh: "cluster", "kube_cluster" and "node". A node's may follow a login: "root@web".
std::vector<std::string> KnownNames(const Invocation& invocation, std::string_view sort, std::string_view prefix);

}  // namespace sallyport
