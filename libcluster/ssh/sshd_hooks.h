// The library of ours that a node's sshd loads (tools/sshd_hooks). It is part of this program, and becomes a file.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

// Writes the library to `file`, and makes a link to it at `link`, a path without spaces or colons, as LD_PRELOAD wants
// it. Then tries whether the program `sshd` loads it: kInternal with the loader's words when it does not. Blocks for
// some milliseconds.
Status InstallSshdHooks(const std::string& sshd, const std::string& file, const std::string& link);

}  // namespace sallyport
