// The ways in which a machine shows a cluster that it may join: one row a method, each in a file of its own
// (method_*.cpp). The cluster's side has a table as well (libcluster/auth/joining/join_methods.h).
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace types {
class RegisterUsingTokenRequest;
}

namespace sallyport {

struct JoinSettings;

struct JoinMethod {
  std::string_view name;  // one of libresources/kinds/join_method.h
  // Writes the token's name into a request, and what proves to the cluster that this machine may use it. `state` says
  // in errors why the machine has to join ("has not joined a cluster").
  Status (*prove)(const JoinSettings& settings, std::string_view state, types::RegisterUsingTokenRequest& request);
};

// Returns the row of a method, which lives as long as the program. kNotImplemented: there is no such method, or no row.
Result<const JoinMethod*> FindJoinMethod(std::string_view name);

// Returns the names of all rows, for texts: "token".
std::string JoinMethodNames();

// Makes the request of the settings' method. The id and the keys of the machine are missing in it. Fails as
// FindJoinMethod and the method do.
Result<types::RegisterUsingTokenRequest> MakeJoinRequest(const JoinSettings& settings, std::string_view state);

// The rows.
JoinMethod TokenJoinMethod();

}  // namespace sallyport
