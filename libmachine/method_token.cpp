// Joins by a token whose name is a secret: a machine that knows the name may join.
#include "libbase/config_secret.h"
#include "libmachine/join_methods.h"
#include "libmachine/join_settings.h"
#include "teleport/legacy/types/join.pb.h"

namespace sallyport {
namespace {

// Reads the token, which a file may hold, when it is needed: a host that has joined starts without it.
Status ShowToken(const JoinSettings& settings, std::string_view state, types::RegisterUsingTokenRequest& request) {
  ASSIGN_OR_RETURN(const std::string token, ConfigSecret(settings.token));
  if (token.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("this host {}, and has no token to join", state),
                        "give a join token: --token=TOKEN; tctl nodes add makes a join token on the cluster");
  }
  request.set_token(token);
  return {};
}

}  // namespace

JoinMethod TokenJoinMethod() { return {kJoinByToken, ShowToken}; }

}  // namespace sallyport
