// Rules of trusted clusters: what a leaf cluster knows of its root.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace sallyport {

// Fills in the address of the tunnel, which is the proxy's where nothing else is said, and validates; kBadParameter.
Status CheckTrustedCluster(google::protobuf::Message& resource);

std::span<const TextColumn> TrustedClusterColumns();

}  // namespace sallyport
