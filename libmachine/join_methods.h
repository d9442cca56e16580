// Lists the methods by which a machine proves that it may join: one row per method, each in its own file
// (method_*.cpp). The cluster has a table too (libcluster/auth/joining/join_methods.h).
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
  std::string_view name;  // a name of libresources/kinds/join_method.h
  // Writes into a request the name of the token and the proof that this machine may use the token. In errors, `state`
  // says why the machine has to join ("has not joined a cluster").
  Status (*prove)(const JoinSettings& settings, std::string_view state, types::RegisterUsingTokenRequest& request);
};

// Returns the row of a method, in static storage. Fails with kNotImplemented for an unknown method or a method without
// a row.
Result<const JoinMethod*> FindJoinMethod(std::string_view name);

// Returns the names of all rows for messages: "token or kubernetes".
std::string JoinMethodNames();

// Makes the request for the method in the settings; the caller adds the id and the keys of the machine. Fails as
// FindJoinMethod and the method do.
Result<types::RegisterUsingTokenRequest> MakeJoinRequest(const JoinSettings& settings, std::string_view state);

// The rows.
JoinMethod TokenJoinMethod();
JoinMethod KubernetesJoinMethod();

}  // namespace sallyport
