// A way to a node that is opened beside ssh's own start: a process of its own dials, and ssh is handed the descriptor
// of a connection with that process (ProxyUseFdpass of ssh_config(5)), which then carries the bytes.
#pragma once

#include <functional>
#include <string>

#include "libbase/error.h"

namespace sallyport {

struct NodeRelayWork {
  using Relay = std::function<Status(int descriptor)>;
  std::function<Result<Relay>()> dial;             // begins at once; what it returns carries until either side ends
  std::function<void(const Error& error)> report;  // tells the user, once ssh waits for the node
};

// Starts the process, which sees no signals of the terminal and ends with this one (or what this becomes) unless ssh
// has come for the connection, then with that. Returns a name for HandOverRelay. Fails with kInternal. For programs
// with one thread.
Result<std::string> StartNodeRelay(const NodeRelayWork& work);

// Connects with a process that a user's own StartNodeRelay began, and sends the descriptor over `out`, a Unix socket.
// Fails with kConnectionProblem when it is not there, kBadParameter when `out` takes no descriptor.
Status HandOverRelay(const std::string& name, int out);

}  // namespace sallyport
