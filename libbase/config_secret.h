// Secrets of configurations and command lines, which may be in files of their own.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

// Returns a secret given as itself, or as the absolute path of a file that holds it: then without the space around it.
// Fails as ReadFile does.
Result<std::string> ConfigSecret(const std::string& text);

}  // namespace sallyport
