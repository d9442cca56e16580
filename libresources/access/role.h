// Validates roles, versions v3 to v8.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Finds errors that are tolerated in a stored role but not in a new role: deny parts with conditions (where), label
// expressions and templates that do not parse, deny rules on dynamic labels, which would take effect too late, both
// options of port forwarding, and thresholds, reasons and lifetimes of access requests that Teleport refuses. Fails
// with kBadParameter.
Status CheckNewRole(const google::protobuf::Message& resource);

// Checks the conditions, label expressions and templates in the allow part of a role. A part that does not parse allows
// nothing: clusters accept it, as Teleport does, and tools warn the user. Fails with kBadParameter.
Status CheckAllowances(const google::protobuf::Message& resource);

std::span<const TextColumn> RoleColumns();

// Returns the row of the kind.
KindRow RoleKind();

}  // namespace sallyport
