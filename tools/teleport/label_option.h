// Options that give labels: KEY=VALUE, with commas between or several times.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tools/shell/command.h"

namespace sallyport {

// Returns the labels of an option; kUsage for one that is not KEY=VALUE.
Result<std::map<std::string, std::string>> LabelsOf(const Invocation& invocation, std::string_view option);

}  // namespace sallyport
