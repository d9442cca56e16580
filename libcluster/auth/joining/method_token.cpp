// Joining by a token whose name is a secret: who names it may join.
#include "libcluster/auth/joining/join_methods.h"
#include "libresources/kinds/join_method.h"

namespace sallyport {
namespace {

// The request had the secret, or the token would not have been found.
Status VerifySecret(AuthServer& /*auth*/, const types::ProvisionTokenV2& /*token*/, const JoinRequest& /*request*/) {
  return {};
}

}  // namespace

ServedJoinMethod ServedTokenMethod() { return {kJoinByToken, VerifySecret}; }

}  // namespace sallyport
