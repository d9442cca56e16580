// Loads a user's roles and combines them into an AccessChecker.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libidentity/traits.h"

namespace types {
class RoleV6;
}

namespace sallyport {

class AccessChecker;

// Loads roles by name; fails with kNotFound, which names the first missing role.
Result<std::vector<std::shared_ptr<const types::RoleV6>>> LoadRoles(Backend& backend,
                                                                    const std::vector<std::string>& names);

// Returns what a user with these roles and traits may do.
std::shared_ptr<const AccessChecker> AccessOf(const std::string& user,
                                              std::vector<std::shared_ptr<const types::RoleV6>> roles,
                                              const Traits& traits);
// The same for the names of roles. Fails as LoadRoles does.
Result<std::shared_ptr<const AccessChecker>> AccessOf(Backend& backend, const std::string& user,
                                                      const std::vector<std::string>& roles, const Traits& traits);

}  // namespace sallyport
