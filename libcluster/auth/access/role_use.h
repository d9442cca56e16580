// Who needs a role: what names it and would lead nowhere without it.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

// Returns the first user, bot or connector that names a role, as people know it ("a user: \"alice\""); "" when there is
// none.
Result<std::string> UseOfRole(Backend& backend, std::string_view role);

}  // namespace sallyport
