// A session of a node, in a process of its own: starts the user's shell as sshd would, and stays its parent, so that
// the agent learns how it ended and can end it. The process is of the agent's user, not the session's. Where there is a
// terminal, it sits between two: the user's, which nobody else may open, and the session's.
#pragma once

#include "libbase/error.h"
#include "libcluster/ssh/session_wire.h"

namespace sallyport {

// The descriptor of the connection with the agent; 0 to 2 are the session's.
inline constexpr int kRunnerSocket = 3;

// Runs the session that the agent describes, to its end, and returns its exit code, 128 + N when signal N ended it.
// kConnectionProblem when there is no agent. For a process without other threads.
Result<int> RunSession();

}  // namespace sallyport
