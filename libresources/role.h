// Rules of roles, versions v3 to v8.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds.h"

namespace sallyport {

// Fills in what a role of its version has when it does not say, then validates it. Fails with kBadParameter.
Status CheckRole(google::protobuf::Message& resource);

// Checks what a stored role may have wrong but a new one may not: conditions (where), label expressions and templates
// that do not parse, deny rules on dynamic labels, which would come too late, both options of port forwarding, and
// thresholds, reasons and lifetimes of access requests that Teleport refuses. Fails with kBadParameter.
Status CheckNewRole(const google::protobuf::Message& resource);

// Checks of a new role what a server refuses: all of CheckNewRole but mistakes in what a role allows. Such a mistake
// allows nothing; one in what a role denies would deny nothing. Fails with kBadParameter.
Status CheckAcceptableRole(const google::protobuf::Message& resource);

std::span<const TextColumn> RoleColumns();

}  // namespace sallyport
