// How a session's process becomes the login shell of its user: as login(1) and sshd start it. Internal to libcluster.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libcluster/ssh/session_frames.h"

namespace sallyport {

// Becomes the user's shell: "-SHELL" without arguments, or `SHELL -c COMMAND`, in the user's directory and with the
// session's environment. `terminal` is the name of the session's own; "" when it has none. Returns only what failed.
// For a process without other threads, which has nothing else to do.
Error BecomeShell(const SessionStart& start, const std::string& terminal);

}  // namespace sallyport
