// Labels that are given to a node from outside: by name "si-NODE", or by cloud instance, "aws-ACCOUNT-INSTANCE".
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns whether a label's key is one that only a server_info gives ("dynamic/team"): nodes do not say such labels.
bool IsGivenLabel(std::string_view key);

// Returns the name of the resource for a node, and the node of such a name; "" for others.
std::string ServerInfoName(const std::string& node);
std::string NodeOfServerInfo(const std::string& name);

// Returns the row of the kind.
KindRow ServerInfoKind();

}  // namespace sallyport
