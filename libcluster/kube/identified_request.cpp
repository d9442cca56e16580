#include "libcluster/kube/identified_request.h"

#include "libcluster/kube/request/api_scopes.h"

namespace sallyport {
namespace {

// The user's own roles may be named to the user.
std::string WhyForbidden(const IdentifiedKubeRequest& asked) {
  const auto decision = asked.access->Explain(asked.info.request);
  if (decision && decision->outcome == Decision::Outcome::kDenied) {
    return fmt::format("your role \"{}\" denies the request ({})", decision->RoleName(), decision->Path());
  }
  return "none of your roles allows the request in kubernetes_resources";
}

}  // namespace

bool IdentifiedKubeRequest::NeedsScope() const {
  const KubeRequest& request = info.request;
  return IsRestricted() && info.IsCollection() && request.kube_namespace.empty() &&
         !KnownClusterWide(request.api_group, request.resource).has_value();
}

bool IdentifiedKubeRequest::NeedsObjectName() const {
  return IsRestricted() && info.is_understood && info.request.verb == "create" && info.request.name.empty() &&
         !info.IsAccessReview() && !info.IsRulesReview();
}

std::string ForbiddenText(const IdentifiedKubeRequest& asked) {
  const auto& request = asked.info.request;
  const std::string where = request.kube_namespace.empty()
                                ? "at the cluster scope"
                                : fmt::format("in the namespace \"{}\"", request.kube_namespace);
  const std::string object = request.name.empty() ? "" : fmt::format(" \"{}\"", request.name);
  return fmt::format("{}{} is forbidden: User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}; {}",
                     asked.info.ResourceKind(), object, asked.caller->identity.username, request.verb,
                     asked.info.ResourceKind(), request.api_group, where, WhyForbidden(asked));
}

}  // namespace sallyport
