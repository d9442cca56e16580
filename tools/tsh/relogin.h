// Continues a command after an expired login: on a terminal, the user is asked for a new login; scripts and pipes are
// never asked.
#pragma once

#include <optional>

#include "tools/shell/command.h"

namespace sallyport {

// Returns whether a command may ask for a new login: a terminal is present, and neither --identity nor --no-relogin is
// given.
bool MayLogInAgain(const Invocation& invocation);

// Returns the `tsh login` for a command whose login has expired, with the proxy, user and cluster of the profile unless
// the command names others. Returns nothing when the command may not ask, or no proxy is known.
std::optional<Invocation> LogInAgain(const Invocation& failed);

}  // namespace sallyport
