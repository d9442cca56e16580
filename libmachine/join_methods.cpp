#include "libmachine/join_methods.h"

#include <algorithm>
#include <array>

#include "libmachine/join_settings.h"
#include "teleport/legacy/types/join.pb.h"

namespace sallyport {
namespace {

const auto& UsedJoinMethods() {
  static const std::array kMethods{TokenJoinMethod(), KubernetesJoinMethod()};
  return kMethods;
}

}  // namespace

Result<const JoinMethod*> FindJoinMethod(std::string_view name) {
  const auto& methods = UsedJoinMethods();
  const auto* const found = std::ranges::find(methods, name, &JoinMethod::name);
  if (found != methods.end()) return found;
  return Fail(ErrorKind::kNotImplemented, "joining by \"{}\" is not implemented, use {}", name, JoinMethodNames());
}

std::string JoinMethodNames() {
  std::string names;
  for (const JoinMethod& method : UsedJoinMethods()) {
    if (!names.empty()) names += " or ";
    names += method.name;
  }
  return names;
}

Result<types::RegisterUsingTokenRequest> MakeJoinRequest(const JoinSettings& settings, std::string_view state) {
  ASSIGN_OR_RETURN(const JoinMethod* const method, FindJoinMethod(settings.method));
  types::RegisterUsingTokenRequest request;
  RETURN_IF_ERROR(method->prove(settings, state, request));
  request.set_nodename(settings.node_name);
  request.set_role(settings.role);
  for (const auto& name : settings.principals) request.add_additionalprincipals(name);
  return request;
}

}  // namespace sallyport
