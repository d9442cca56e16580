// Rules of applications as resources.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace sallyport {

// Fills in what follows from the rest (address, cloud, sub kind and its label) and validates; kBadParameter.
Status CheckApp(google::protobuf::Message& resource);

std::span<const TextColumn> AppColumns();

}  // namespace sallyport
