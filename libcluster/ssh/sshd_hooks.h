// Installs the library that a node's sshd loads (tools/sshd_hooks), which is embedded in this program.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

// Writes the library to `file`, and makes a link to it at `link`, a path without spaces or colons, as LD_PRELOAD wants
// it. Then tests that the program `sshd` loads it; fails with kInternal and the loader's message. Blocks for some
// milliseconds.
Status InstallSshdHooks(const std::string& sshd, const std::string& file, const std::string& link);

}  // namespace sallyport
