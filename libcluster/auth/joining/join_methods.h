// The ways in which a host shows this cluster that it may join: one row a method, each in a file of its own
// (method_*.cpp). The host's side has a table as well (libmachine/join_methods.h).
#pragma once

#include <string_view>

#include "libbase/error.h"

namespace types {
class ProvisionTokenV2;
}

namespace sallyport {

class AuthServer;
struct JoinRequest;

struct ServedJoinMethod {
  std::string_view name;  // one of libresources/kinds/join_method.h
  // Verifies that the host may use the token, which was found by the name in the request. Fails with JoinDenied. May
  // block.
  Status (*verify)(AuthServer& auth, const types::ProvisionTokenV2& token, const JoinRequest& request);
};

// Returns the row of a token's method, which lives as long as the program. kAccessDenied: there is no such method, or
// no row.
Result<const ServedJoinMethod*> FindServedJoinMethod(const types::ProvisionTokenV2& token);

// Returns what a host that may not join is told: kAccessDenied, why, and how it gets a token.
Error JoinDenied(std::string_view why);

// The rows.
ServedJoinMethod ServedTokenMethod();

}  // namespace sallyport
