// The options that lists have in common.
#pragma once

#include <vector>

#include "libclient/listing.h"
#include "tools/shell/command.h"

namespace sallyport {

Argument LabelsArgument();
std::vector<Option> ListOptions();
// Reads them. Fails with kBadParameter.
Result<ListFilter> FilterOf(const Invocation& invocation);

}  // namespace sallyport
