// Runs a session of a node in its own process: starts the user's shell as sshd would, and stays its parent, so that the
// agent learns its exit code and can end it. The process runs as the agent's user, not the session's. With a terminal,
// copies between two: the user's, which no other process may open, and the session's.
#pragma once

#include "libbase/error.h"
#include "libcluster/ssh/session_wire.h"

namespace sallyport {

// The descriptor of the connection with the agent; 0 to 2 are the session's.
inline constexpr int kRunnerSocket = 3;

// Runs the agent's session to its end, and returns its exit code, 128 + N after signal N. Fails with kConnectionProblem
// without an agent. For a process without other threads.
Result<int> RunSession();

}  // namespace sallyport
