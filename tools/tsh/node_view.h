// Views of nodes.
#pragma once

#include <string>
#include <vector>

#include "libbase/value.h"

namespace sallyport {

std::vector<std::string> NodeColumns(bool verbose);
// Returns the cells for a resource of kind node.
std::vector<std::string> NodeRow(const Value& node, bool verbose);
// Returns a table with IDs.
std::string NodeTable(const std::vector<Value>& nodes);

}  // namespace sallyport
