// Going on when the login is over: on a terminal, a person is asked for a new one; scripts and pipes never are.
#pragma once

#include <optional>

#include "tools/shell/command.h"

namespace sallyport {

// Whether a command may ask for a new login: there is somebody to ask, and neither --identity nor --no-relogin was
// given.
bool MayLogInAgain(const Invocation& invocation);

// Returns the `tsh login` that a command needs whose login is over, with the proxy, user and cluster of the profile
// unless the command names others; nothing when it may not ask, or there is no proxy to log in at.
std::optional<Invocation> LogInAgain(const Invocation& failed);

}  // namespace sallyport
