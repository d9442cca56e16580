// Turns a session's process into the login shell of its user, as login(1) and sshd do. Internal to libcluster.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libcluster/ssh/session_frames.h"

namespace sallyport {

// Becomes the user's shell: "-SHELL" without arguments, or `SHELL -c COMMAND`, in the user's directory and with the
// session's environment. `terminal` is the name of the session's terminal, "" without one. Returns only on failure,
// with the error. For a process without other threads and other work.
Error BecomeShell(const SessionStart& start, const std::string& terminal);

}  // namespace sallyport
