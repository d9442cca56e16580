// Reads secrets that configurations and command lines give directly or as the path of a file.
#pragma once

#include <string>

#include "libbase/error.h"

namespace sallyport {

// Returns the secret that `text` is, or that the file at this absolute path holds, without the space around it. Fails
// as ReadFile does.
Result<std::string> ConfigSecret(const std::string& text);

}  // namespace sallyport
