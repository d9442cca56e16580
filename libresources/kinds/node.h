// Rules of nodes: servers that people reach by SSH.
#pragma once

#include <memory>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"
#include "libresources/matching/labels.h"

namespace types {
class ServerV2;
}  // namespace types

namespace sallyport {

// A node that many read and nobody changes.
using SharedNode = std::shared_ptr<const types::ServerV2>;

// Returns whether a node runs OpenSSH without an agent.
bool IsAgentless(const types::ServerV2& node);

// Returns the labels that decide who reaches a node: the written ones, and the results of commands.
Labels LabelsOfNode(const types::ServerV2& node);

// Returns the row of the kind.
KindRow NodeKind();

}  // namespace sallyport
