// Questions to the person at the terminal. They go to /dev/tty, so that pipes stay clean; without a terminal on stdin
// the answers are lines of stdin, and nothing is asked aloud.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libbase/secret.h"

namespace sallyport {

// Asks for something that is not shown while typed. Ctrl-C gives the terminal back as it was: kInterrupted.
// kBadParameter when the input ends first.
Result<Secret> AskSecret(const std::string& question);
// Asks for something that is shown.
Result<std::string> AskLine(const std::string& question);

// Returns whether a person can be asked.
bool HasTerminal();

}  // namespace sallyport
