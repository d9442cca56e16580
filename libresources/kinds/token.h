// Validates join tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns whether a system role ("Node") is the role of a service, which a token may grant.
bool IsServiceRole(std::string_view role);

// Returns the name of a token for display, masked when the name is a secret.
std::string SafeTokenName(const google::protobuf::Message& token);

// Returns the masked name of a token whose name is its secret, for lists, events and errors: shows a quarter of a long
// name, nothing of a short name.
std::string MaskedToken(std::string name);

// Returns the usual spelling of a system role ("kube" is "Kube"), or nothing when there is no such role.
std::optional<std::string_view> SystemRoleNamed(std::string_view name);

// Returns the row of the kind.
KindRow TokenKind();

}  // namespace sallyport
