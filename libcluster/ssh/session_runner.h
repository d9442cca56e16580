// The program that sshd runs for every session of a node, as the user who logged in: it asks the agent, and runs what
// was asked for when that agrees. It stays the parent of it, so that the agent learns how it ended and can end it;
// where the session is recorded, it sits between two terminals.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

struct SessionRun {
  std::string socket;                                        // of the agent
  std::string connection;                                    // the id of the connection
  std::function<std::string(std::string_view)> environment;  // of the process
};

// Exit codes of sessions that did not come to run anything.
inline constexpr int kSessionFailed = 255;

// Runs a session to its end and returns its exit code, 128 + N when signal N ended it. kAccessDenied with the agent's
// sentence when it refuses, kConnectionProblem when the agent is not there. For a process without other threads.
Result<int> RunSession(const SessionRun& run);

}  // namespace sallyport
