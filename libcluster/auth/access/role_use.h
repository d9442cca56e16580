// Finds the resources that refer to a role, which must not be deleted while they do.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

// Returns the first user, bot or connector that refers to a role, in the words of an error message ("a user:
// \"alice\""); "" when there is none.
Result<std::string> UseOfRole(Backend& backend, std::string_view role);

}  // namespace sallyport
