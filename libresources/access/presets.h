// The roles that a new cluster has from the start, and the implicit role that everybody has.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace types {
class RoleV6;
}  // namespace types

namespace sallyport {

// Returns the preset roles (access, editor, auditor, ...), complete with defaults. Made once, never changed.
std::span<const std::shared_ptr<const types::RoleV6>> PresetRoles();

// Adds to a stored preset role what the preset of this version has and it lacks: rules for kinds that it does not name
// in allow or deny, and labels that are unset. Returns whether something was added; other roles stay as they are.
bool AddMissingPresetParts(types::RoleV6& role);

// Returns the role that is added to every user's: the right to list what labels then filter. It is never stored.
std::shared_ptr<const types::RoleV6> ImplicitRole();
inline constexpr std::string_view kImplicitRoleName = "default-implicit-role";

}  // namespace sallyport
