// Functions for a command that replaces itself by another program.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

// Replaces this process by the program that the first word names, found by PATH, with this environment. Returns only
// when the program cannot be started: kNotFound, with `hint`.
std::unexpected<Error> BecomeProgram(std::vector<std::string> words, std::string hint);

// Returns the path of this program, so that other programs can start it.
std::string OwnPath(const std::string& executable);

}  // namespace sallyport
