#include "libcluster/auth/joining/join_methods.h"

#include <algorithm>
#include <array>

#include "libresources/kinds/join_method.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

const auto& ServedJoinMethods() {
  static const std::array kMethods{ServedTokenMethod(), ServedKubernetesMethod()};
  return kMethods;
}

}  // namespace

Result<const ServedJoinMethod*> FindServedJoinMethod(const types::ProvisionTokenV2& token) {
  const std::string& stored = token.spec().joinmethod();
  // Tokens of earlier versions have no method.
  const std::string_view name = stored.empty() ? kJoinByToken : std::string_view(stored);
  const auto& methods = ServedJoinMethods();
  const auto* const found = std::ranges::find(methods, name, &ServedJoinMethod::name);
  if (found != methods.end()) return found;
  if (FindJoinMethodRules(name) != nullptr) {
    return Fail(ErrorKind::kNotImplemented, "joining by the method {} is not implemented", name);
  }
  return std::unexpected(JoinDenied("the token is for an unknown join method"));
}

Error JoinDenied(std::string_view why) {
  return {ErrorKind::kAccessDenied, fmt::format("access denied: {}", why),
          "make a token on the cluster: tctl tokens add --type=node, or tctl bots instances add BOT"};
}

}  // namespace sallyport
