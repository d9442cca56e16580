// Rules of certificate authorities as resources.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <google/protobuf/repeated_ptr_field.h>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace types {
class RoleMapping;
}  // namespace types

namespace sallyport {

// Validates an authority: type, cluster name, and the kinds of keys that its type needs. Fails with kBadParameter.
Status CheckCertAuthority(google::protobuf::Message& resource);

std::span<const TextColumn> CertAuthorityColumns();

// Returns how the roles of another cluster become roles of this one, as tables have it: "[theirs:ours,more]".
std::string ShownRoleMap(const google::protobuf::RepeatedPtrField<types::RoleMapping>& map);

// Returns the types of authorities, in the order in which they are shown.
std::span<const std::string_view> CertAuthorityTypes();

}  // namespace sallyport
