// Validates nodes: servers with SSH access.
#pragma once

#include <memory>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"
#include "libresources/matching/labels.h"

namespace types {
class ServerV2;
}  // namespace types

namespace sallyport {

// A shared, immutable node.
using SharedNode = std::shared_ptr<const types::ServerV2>;

// Returns whether a node runs OpenSSH without an agent.
bool IsAgentless(const types::ServerV2& node);

// Returns the labels that decide the access to a node: the static labels, and the results of commands.
Labels LabelsOfNode(const types::ServerV2& node);

// Returns the row of the kind.
KindRow NodeKind();

}  // namespace sallyport
