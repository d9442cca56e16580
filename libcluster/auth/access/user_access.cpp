#include "libcluster/auth/access/user_access.h"

#include "libcluster/auth/access/user_traits.h"
#include "libcluster/backend/store.h"
#include "libresources/access/access.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {

Result<std::vector<std::shared_ptr<const types::RoleV6>>> LoadRoles(Backend& backend,
                                                                    const std::vector<std::string>& names) {
  std::vector<std::shared_ptr<const types::RoleV6>> roles;
  for (const auto& name : names) {
    ASSIGN_OR_RETURN(auto role, GetResource<types::RoleV6>(backend, name));
    roles.push_back(std::make_shared<const types::RoleV6>(std::move(role)));
  }
  return roles;
}

std::shared_ptr<const AccessChecker> AccessOf(const std::string& user,
                                              std::vector<std::shared_ptr<const types::RoleV6>> roles,
                                              const Traits& traits) {
  return std::make_shared<const AccessChecker>(user, ToTraitMap(traits), std::move(roles));
}

Result<std::shared_ptr<const AccessChecker>> AccessOf(Backend& backend, const std::string& user,
                                                      const std::vector<std::string>& roles, const Traits& traits) {
  ASSIGN_OR_RETURN(auto loaded, LoadRoles(backend, roles));
  return AccessOf(user, std::move(loaded), traits);
}

}  // namespace sallyport
