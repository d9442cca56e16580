// Names for completion: names from the last lists, for the current profile.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libclient/session.h"
#include "tools/shell/command.h"

namespace sallyport {

// The sorts of names in KnownNames.
inline constexpr std::string_view kClusterNames = "cluster";
inline constexpr std::string_view kKubeNames = "kube_cluster";
inline constexpr std::string_view kKubeLabels = "kube_label";
inline constexpr std::string_view kNodeNames = "node";
inline constexpr std::string_view kNodeLabels = "node_label";
inline constexpr std::string_view kNodesAndLabels = "node_or_label";  // what a command on several nodes takes

// Keeps the names of an unfiltered list. With an identity file it keeps nothing.
void RememberNames(const Invocation& invocation, const Session& session, std::string_view sort,
                   std::vector<std::string> names);

// Adds labels ("env=dev") that completion offers: all but those of Teleport itself.
void AddLabels(const std::map<std::string, std::string>& labels, std::set<std::string>& all);

// The names of nodes, and their labels.
struct NodeNames {
  std::vector<std::string> hosts;
  std::set<std::string> labels;
  void Add(const Value& node);
};
void RememberNodes(const Invocation& invocation, const Session& session, NodeNames names);
// Returns the names of all nodes when one page holds them; none when there are more pages, which would delay a login.
NodeNames NamesOfFewNodes(RpcClient& rpc);

// Program::known_names of tsh. A node's name may follow a login ("root@web"), a label others ("env=dev,fleet=a").
std::vector<KnownName> KnownNames(const Invocation& invocation, std::string_view sort, std::string_view prefix);

}  // namespace sallyport
