// Dialling a node for ssh.
#pragma once

#include <memory>

#include "libclient/transport.h"
#include "tools/shell/command.h"

namespace sallyport {

// Connects as NodeConnection::Dial does. When several nodes have the name, the error shows them all.
Result<std::unique_ptr<NodeConnection>> DialNode(const Invocation& invocation, const Session& session,
                                                 const NodeAddress& address);

// Has a process of its own dial the node at once, while ssh starts; returns what "tsh proxy handover" knows it by.
// Fails with kInternal.
Result<std::string> StartDialling(const Invocation& invocation, const Session& session, const NodeAddress& address);

}  // namespace sallyport
