// Rules of roles, versions v3 to v8.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Checks what a stored role may have wrong but a new one may not: conditions (where), label expressions and templates
// of what it denies that do not parse, deny rules on dynamic labels, which would come too late, both options of port
// forwarding, and thresholds, reasons and lifetimes of access requests that Teleport refuses. Fails with kBadParameter.
Status CheckNewRole(const google::protobuf::Message& resource);

// Checks the conditions, label expressions and templates of what a role allows. One that does not parse allows nothing:
// clusters take it, as Teleport's do, and people want to know. Fails with kBadParameter.
Status CheckAllowances(const google::protobuf::Message& resource);

std::span<const TextColumn> RoleColumns();

// Returns the row of the kind.
KindRow RoleKind();

}  // namespace sallyport
