// Rules of users.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace types {
class UserV2;
}

namespace sallyport {

// Fills in defaults and validates a user. Whether its roles exist is the cluster's to check. Fails with kBadParameter.
Status CheckUser(google::protobuf::Message& resource);

// Takes over what a cluster itself says of a user, and whoever writes the user does not: its maker, its lock after
// wrong passwords, the state of its password and devices.
void KeepHistory(const types::UserV2& stored, types::UserV2& user);

std::span<const TextColumn> UserColumns();

}  // namespace sallyport
