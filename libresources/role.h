// Rules of roles, versions v3 to v8.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds.h"

namespace sallyport {

// Fills in what a role of its version has when it does not say, then validates it. Fails with kBadParameter.
Status CheckRole(google::protobuf::Message& resource);

std::span<const TextColumn> RoleColumns();

}  // namespace sallyport
