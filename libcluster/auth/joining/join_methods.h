// The join methods of this cluster: a table with one row for each method, each in a file of its own (method_*.cpp). The
// joining host has its own table (libmachine/join_methods.h).
#pragma once

#include <string_view>

#include "libbase/error.h"

namespace types {
class ProvisionTokenV2;
}

namespace sallyport {

class AuthServer;
struct JoinEvidence;
struct JoinRequest;

struct ServedJoinMethod {
  std::string_view name;  // one of libresources/kinds/join_method.h
  // Verifies that the machine may use the token named in the request. `evidence` gets what was verified, also before a
  // refusal. Fails with one sentence for the audit log that names the wrong part of the proof; the machine is not told
  // it. May block.
  Status (*verify)(AuthServer& auth, const types::ProvisionTokenV2& token, const JoinRequest& request,
                   JoinEvidence& evidence);
};

// Returns the row of a token's method, which lives as long as the program. Fails with kAccessDenied for an unknown
// method, with kNotImplemented for a method without a row.
Result<const ServedJoinMethod*> FindServedJoinMethod(const types::ProvisionTokenV2& token);

// Returns the error for a machine that may not join: kAccessDenied, the reason, and how to get a token.
Error JoinDenied(std::string_view why);

// The rows.
ServedJoinMethod ServedTokenMethod();
ServedJoinMethod ServedKubernetesMethod();

}  // namespace sallyport
