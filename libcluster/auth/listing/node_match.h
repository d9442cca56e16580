// Finds the node for a client's target, by the proxy's rules (docs/protocol/services.md#node-targets).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libresources/kinds/node.h"

namespace sallyport {

class AuthServer;

struct NodeMatchRules {
  bool case_insensitive = false;  // an upper-case letter of a node's name matches the lower-case letter that was asked
  bool most_recent = false;       // of several nodes, choose the last announced; else several are an error
};

// Returns the rules of the cluster's networking settings. Fails as Setting does.
Result<NodeMatchRules> NodeMatchRulesOf(AuthServer& auth);

// Clients look for this text in errors about several matching nodes.
inline constexpr std::string_view kAmbiguousNode = "err-node-is-ambiguous";

// Returns whether a node matches a target; port 0 is any.
bool FitsNode(const types::ServerV2& node, const HostPort& target, const NodeMatchRules& rules);

// Chooses one of the matching nodes, at least one; `asked` names the target in errors. Fails with kNotFound when
// several match (the message has their names).
Result<SharedNode> ChooseNode(const std::vector<SharedNode>& fitting, std::string_view asked,
                              const NodeMatchRules& rules);

// Returns the one node that matches; port 0 is any. Fails with kNotFound when no node has that id or several match,
// with kConnectionProblem when none matches.
Result<SharedNode> MatchNode(std::span<const SharedNode> nodes, const HostPort& target, const NodeMatchRules& rules);

// Returns whether a host is the id of a node: a UUID, or an EC2 instance ("123456789012-i-0abc").
bool IsNodeId(std::string_view host);

}  // namespace sallyport
