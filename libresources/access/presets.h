// Defines the preset roles of a new cluster, and the implicit role of every user.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace types {
class RoleV6;
}  // namespace types

namespace sallyport {

// Returns the preset roles (access, editor, auditor, ...), complete with defaults. The roles are made once and never
// change.
std::span<const std::shared_ptr<const types::RoleV6>> PresetRoles();

// Adds to a stored preset role the parts of this version's preset that the role lacks: rules for kinds that the role
// does not name in allow or deny, and unset labels. Returns whether anything was added; other roles are not changed.
bool AddMissingPresetParts(types::RoleV6& role);

// Returns the role that every user has in addition: it allows listing resources, which labels then filter. The role is
// never stored.
std::shared_ptr<const types::RoleV6> ImplicitRole();
inline constexpr std::string_view kImplicitRoleName = "default-implicit-role";

}  // namespace sallyport
