// The service account and the pod that a token of Kubernetes is of, and whether a join token allows them
// (docs/protocol/joining.md#kubernetes).
#pragma once

#include <string>

#include "libbase/error.h"
#include "libbase/value.h"

namespace types {
class ProvisionTokenV2;
}

namespace sallyport {

struct ServiceAccount {
  std::string user;  // "system:serviceaccount:NAMESPACE:NAME"
  std::string kube_namespace;
  std::string name;
  std::string pod;  // that the token is bound to; never empty
};

// Return the account of the verified claims of a token, and of the status of a TokenReview. Fail with kAccessDenied and
// a sentence for the audit log: no service account, no pod, not authenticated.
Result<ServiceAccount> ServiceAccountOfClaims(const Value& claims);
Result<ServiceAccount> ServiceAccountOfReview(const Value& status);

// Checks that one of the token's rules names the account. Fails with kAccessDenied, and names the account.
Status CheckAllowed(const types::ProvisionTokenV2& token, const ServiceAccount& account);

}  // namespace sallyport
