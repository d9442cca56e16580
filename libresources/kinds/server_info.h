// Labels that are given to a node from outside: by name "si-NODE", or by cloud instance, "aws-ACCOUNT-INSTANCE".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace sallyport {

// Gives the labels the prefix that says whence they are (dynamic/, aws/) in place of another; kBadParameter when one is
// no label of a node.
Status CheckServerInfo(google::protobuf::Message& resource);

std::span<const TextColumn> ServerInfoColumns();

// Returns whether a label's key is one that only a server_info gives ("dynamic/team"): nodes do not say such labels.
bool IsGivenLabel(std::string_view key);

// Returns the name of the resource for a node, and the node of such a name; "" for others.
std::string ServerInfoName(const std::string& node);
std::string NodeOfServerInfo(const std::string& name);

}  // namespace sallyport
