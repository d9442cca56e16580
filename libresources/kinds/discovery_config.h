// Rules of discovery configs: what discovery services look for in clouds.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace sallyport {

// Fills in what matches everything and how agents are installed, and validates; kBadParameter.
Status CheckDiscoveryConfig(google::protobuf::Message& resource);

std::span<const TextColumn> DiscoveryConfigColumns();

}  // namespace sallyport
