// Validates users.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace types {
class UserV2;
}

namespace sallyport {

// Copies the fields that only the cluster sets, not the caller who writes the user: the creator, the lock after wrong
// passwords, the state of password and devices.
void KeepHistory(const types::UserV2& stored, types::UserV2& user);

// Returns the row of the kind.
KindRow UserKind();

}  // namespace sallyport
