// Rules of nodes: servers that people reach by SSH.
#pragma once

#include <memory>
#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"
#include "libresources/matching/labels.h"

namespace types {
class ServerV2;
}  // namespace types

namespace sallyport {

// A node that many read and nobody changes.
using SharedNode = std::shared_ptr<const types::ServerV2>;

// Validates; kBadParameter. Nodes with an OpenSSH server need an address and a host name.
Status CheckNode(google::protobuf::Message& resource);
// Returns the name of a node that is written without one: of a random UUID, or what its cloud calls it.
std::string DefaultNodeName(const google::protobuf::Message& resource);

// Returns whether a node runs OpenSSH without an agent.
bool IsAgentless(const types::ServerV2& node);

std::span<const TextColumn> NodeColumns();

// Returns the labels that decide who reaches a node: the written ones, and the results of commands.
Labels LabelsOfNode(const types::ServerV2& node);

}  // namespace sallyport
