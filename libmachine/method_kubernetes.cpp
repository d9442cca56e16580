// Joins by the token of the pod's service account, which Kubernetes writes into a file and renews there.
#include "libbase/config_secret.h"
#include "libbase/file.h"
#include "libbase/trim.h"
#include "libmachine/join_methods.h"
#include "libmachine/join_settings.h"
#include "teleport/legacy/types/join.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxAccountTokenBytes = 16 << 10;

// Reads the token of the service account anew for each join: it is valid for minutes.
Status ShowAccountToken(const JoinSettings& settings, std::string_view state,
                        types::RegisterUsingTokenRequest& request) {
  ASSIGN_OR_RETURN(const std::string name, ConfigSecret(settings.token));
  if (name.empty()) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("this host {}, and has no name of a token for the join method kubernetes", state),
                        "give the name of a token whose rules allow the service account: --token=NAME");
  }
  auto token = ReadFile(settings.kubernetes_token_path, kMaxAccountTokenBytes);
  if (!token) {
    Error error = InContext("the token of the service account cannot be read", std::move(token).error());
    error.hint = "run in a pod with a projected token, or name the file of the token in KUBERNETES_TOKEN_PATH";
    return std::unexpected(std::move(error));
  }
  request.set_token(name);
  request.set_idtoken(std::string(Trimmed(*token)));
  return {};
}

}  // namespace

JoinMethod KubernetesJoinMethod() { return {"kubernetes", ShowAccountToken}; }

}  // namespace sallyport
