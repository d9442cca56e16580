// Asks the user at the terminal. Questions go to /dev/tty, so that pipes stay clean; without a terminal on stdin,
// answers are lines of stdin and no question is shown.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libbase/secret.h"

namespace sallyport {

// Asks for a text without echoing the input. Ctrl-C restores the terminal and fails with kInterrupted. Fails with
// kBadParameter when the input ends first.
Result<Secret> AskSecret(const std::string& question);
// Asks for a text and echoes the input.
Result<std::string> AskLine(const std::string& question);

// Returns whether a terminal is available for questions.
bool HasTerminal();

}  // namespace sallyport
