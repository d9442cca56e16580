// Options that give labels: KEY=VALUE, with commas between or several times.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

// Returns the labels of an option. Fails with kUsage when a label is not KEY=VALUE.
Result<std::map<std::string, std::string>> LabelsOf(std::string_view option, const std::vector<std::string>& given);

}  // namespace sallyport
