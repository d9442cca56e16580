// A command that becomes another program.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

// Becomes the program that the first word names, found by PATH, with this environment. Returns only when it cannot be
// started: kNotFound, with `hint`.
std::unexpected<Error> BecomeProgram(std::vector<std::string> words, std::string hint);

// The path of this program, for others to start it.
std::string OwnPath(const std::string& executable);

}  // namespace sallyport
