// Which node a client means: the rules of the proxy for targets (docs/protocol/services.md#node-targets).
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
  bool most_recent = false;       // of several, the one that was heard of last; else that is an error
};

// Returns the rules of the cluster's networking settings. Fails as Setting does.
Result<NodeMatchRules> NodeMatchRulesOf(AuthServer& auth);

// What errors about several nodes carry, because clients look for it.
inline constexpr std::string_view kAmbiguousNode = "err-node-is-ambiguous";

// Returns whether a node can be meant; port 0 is any.
bool FitsNode(const types::ServerV2& node, const HostPort& target, const NodeMatchRules& rules);

// Returns the one of those that fit, of which there is at least one; `asked` is what errors call it. kNotFound: several
// fit (names of those are in the message).
Result<SharedNode> ChooseNode(const std::vector<SharedNode>& fitting, std::string_view asked,
                              const NodeMatchRules& rules);

// Returns the one node that is meant; port 0 is any. kNotFound: none has that id, or several fit;
// kConnectionProblem: none fits.
Result<SharedNode> MatchNode(std::span<const SharedNode> nodes, const HostPort& target, const NodeMatchRules& rules);

// Returns whether a host is the id of a node: a UUID, or an EC2 instance ("123456789012-i-0abc").
bool IsNodeId(std::string_view host);

}  // namespace sallyport
