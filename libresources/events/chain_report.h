// Shows the report of a check of the hash chain: as a value for programs, and as a text. Pure functions.
#pragma once

#include <string>

#include "libbase/value.h"
#include "libresources/events/chain_check.h"

namespace sallyport {

// Returns the report as a map.
Value ToValue(const ChainReport& report);

// Returns a line for each thing that the report says about `subject` ("audit log"), and the verdict at the end.
std::string ChainReportText(const ChainReport& report, std::string_view subject);

}  // namespace sallyport
