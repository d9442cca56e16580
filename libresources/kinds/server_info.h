// Validates server_info resources, which give labels to a node: by name "si-NODE", or by cloud instance,
// "aws-ACCOUNT-INSTANCE".
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns whether only a server_info can give a label ("dynamic/team"): nodes do not report such labels.
bool IsGivenLabel(std::string_view key);

// Return the name of the resource for a node, and the node for such a name; "" for other names.
std::string ServerInfoName(const std::string& node);
std::string NodeOfServerInfo(const std::string& name);

// Returns the row of the kind.
KindRow ServerInfoKind();

}  // namespace sallyport
