// Verifies joins with a secret token: knowledge of the token's name is the proof.
#include "libcluster/auth/joining/join_methods.h"
#include "libresources/kinds/join_method.h"

namespace sallyport {
namespace {

// The request had the secret: the token was found by it.
Status VerifySecret(AuthServer& /*auth*/, const types::ProvisionTokenV2& /*token*/, const JoinRequest& /*request*/,
                    JoinEvidence& /*evidence*/) {
  return {};
}

}  // namespace

ServedJoinMethod ServedTokenMethod() { return {kJoinByToken, VerifySecret}; }

}  // namespace sallyport
