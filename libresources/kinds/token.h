// Rules of join tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Returns whether a system role ("Node") is that of a service, which a token may give.
bool IsServiceRole(std::string_view role);

// Returns the name of a token as it may be shown: hidden as far as it is a secret.
std::string SafeTokenName(const google::protobuf::Message& token);

// The name of a token that is its secret, as lists, events and errors show it: a quarter of it, nothing of a short one.
std::string MaskedToken(std::string name);

// Returns the usual spelling of a system role ("kube" is "Kube"), or nothing when there is no such role.
std::optional<std::string_view> SystemRoleNamed(std::string_view name);

// Returns the row of the kind.
KindRow TokenKind();

}  // namespace sallyport
