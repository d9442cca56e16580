// Rules of users.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace types {
class UserV2;
}

namespace sallyport {

// Takes over what a cluster itself says of a user, and whoever writes the user does not: its maker, its lock after
// wrong passwords, the state of its password and devices.
void KeepHistory(const types::UserV2& stored, types::UserV2& user);

// Returns the row of the kind.
KindRow UserKind();

}  // namespace sallyport
