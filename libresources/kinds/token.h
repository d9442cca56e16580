// Rules of join tokens.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace sallyport {

// Fills in defaults (join method, kubernetes.type, spelling of roles) and validates a token: each method needs its own
// block. Fails with kBadParameter.
Status CheckToken(google::protobuf::Message& resource);

// A token that is to be written gives roles of services alone: with the role Admin, a host would be the built-in Admin.
// kBadParameter otherwise.
Status CheckNewToken(const google::protobuf::Message& resource);
// Returns whether a system role ("Node") is that of a service, which a token may give.
bool IsServiceRole(std::string_view role);

std::span<const TextColumn> TokenColumns();

// Returns the name of a token as it may be shown: hidden as far as it is a secret.
std::string SafeTokenName(const google::protobuf::Message& token);

// The name of a token that is its secret, as lists, events and errors show it: a quarter of it, nothing of a short one.
std::string MaskedToken(std::string name);

// Returns the usual spelling of a system role ("kube" is "Kube"), or nothing when there is no such role.
std::optional<std::string_view> SystemRoleNamed(std::string_view name);

}  // namespace sallyport
