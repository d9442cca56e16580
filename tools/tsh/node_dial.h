// Dials a node for ssh.
#pragma once

#include <memory>

#include "libclient/transport.h"
#include "tools/shell/command.h"

namespace sallyport {

// Connects as NodeConnection::Dial does. When several nodes have the name, the error shows them all.
Result<std::unique_ptr<NodeConnection>> DialNode(const Invocation& invocation, const Session& session,
                                                 const NodeAddress& address);

// Starts a process that dials the node at once, while ssh starts; returns the value by which "tsh proxy handover" finds
// the process. Fails with kInternal.
Result<std::string> StartDialling(const Invocation& invocation, const Session& session, const NodeAddress& address);

}  // namespace sallyport
