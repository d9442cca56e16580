// Rules of users.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds.h"

namespace sallyport {

// Fills in defaults and validates a user. Whether its roles exist is the cluster's to check. Fails with kBadParameter.
Status CheckUser(google::protobuf::Message& resource);

std::span<const TextColumn> UserColumns();

}  // namespace sallyport
