// Validates certificate authorities as resources.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <google/protobuf/repeated_ptr_field.h>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace types {
class RoleMapping;
}  // namespace types

namespace sallyport {

// Returns the mapping from roles of another cluster to roles of this cluster, for tables: "[theirs:ours,more]".
std::string ShownRoleMap(const google::protobuf::RepeatedPtrField<types::RoleMapping>& map);

// Returns the types of authorities, in the order in which they are shown.
std::span<const std::string_view> CertAuthorityTypes();

// Returns the row of the kind.
KindRow CertAuthorityKind();

}  // namespace sallyport
