// Rules of the servers that announce applications.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace sallyport {

// Fills in the version that announces, then validates the server and its application; kBadParameter.
Status CheckAppServer(google::protobuf::Message& resource);

std::span<const TextColumn> AppServerColumns();

}  // namespace sallyport
