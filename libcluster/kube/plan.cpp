#include "libcluster/kube/plan.h"

#include <algorithm>
#include <array>
#include <optional>

#include "libbase/encoding.h"
#include "libcluster/kube/request/api_scopes.h"
#include "libresources/access/access.h"
#include "libresources/kinds/access_request.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr std::array<std::string_view, 2> kRoute{"v1", "teleport"};
constexpr std::ptrdiff_t kRouteSegments = 4;

// /v1/teleport/CLUSTER/KUBE/path, both names in URL base64: routes a certificate that names no cluster.
struct PathRoute {
  std::string teleport_cluster;
  std::string kube_cluster;
};
Result<std::optional<PathRoute>> TakePathRoute(KubeTarget& target) {
  auto& segments = target.segments;
  const bool routed = segments.size() >= kRoute.size() && std::equal(kRoute.begin(), kRoute.end(), segments.begin());
  if (!routed) return std::nullopt;
  if (segments.size() < kRouteSegments) {
    return Fail(ErrorKind::kBadParameter, "the request's target names no Kubernetes cluster");
  }
  PathRoute route;
  ASSIGN_OR_RETURN(route.teleport_cluster, FromBase64Url(segments[kRoute.size()]));
  ASSIGN_OR_RETURN(route.kube_cluster, FromBase64Url(segments[kRoute.size() + 1]));
  segments.erase(segments.begin(), segments.begin() + kRouteSegments);
  return route;
}

// Users may know their own roles.
std::string WhyForbidden(const KubePlan& plan) {
  const auto decision = plan.access->Explain(plan.info.request);
  if (decision && decision->outcome == Decision::Outcome::kDenied) {
    return fmt::format("your role \"{}\" denies it ({})", decision->RoleName(), decision->Path());
  }
  return "none of your roles has it in kubernetes_resources";
}

}  // namespace

bool KubePlan::MayShow(std::string_view kube_namespace, std::string_view name) const {
  KubeRequest object = info.request;
  if (!kube_namespace.empty()) object.kube_namespace = kube_namespace;
  object.name = name;
  return filter->MayReach(object);
}

bool KubePlan::NeedsScope() const {
  const KubeRequest& request = info.request;
  return IsRestricted() && info.IsCollection() && request.kube_namespace.empty() &&
         !KnownClusterWide(request.api_group, request.resource).has_value();
}

bool KubePlan::NeedsObjectName() const {
  return IsRestricted() && info.is_understood && info.request.verb == "create" && info.request.name.empty() &&
         !info.IsAccessReview() && !info.IsRulesReview();
}

std::string ForbiddenText(const KubePlan& plan) {
  const auto& request = plan.info.request;
  const std::string where = request.kube_namespace.empty()
                                ? "at the cluster scope"
                                : fmt::format("in the namespace \"{}\"", request.kube_namespace);
  const std::string object = request.name.empty() ? "" : fmt::format(" \"{}\"", request.name);
  return fmt::format("{}{} is forbidden: User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}; {}",
                     plan.info.ResourceKind(), object, plan.caller->identity.username, request.verb,
                     plan.info.ResourceKind(), request.api_group, where, WhyForbidden(plan));
}

Result<std::shared_ptr<const KubeClusterInfo>> KubePlanner::FindCluster(const Caller& caller, KubeTarget& target,
                                                                        KubePlan& plan) const {
  ASSIGN_OR_RETURN(const auto route, TakePathRoute(target));
  std::string teleport_cluster = caller.identity.route_to_cluster;
  plan.cluster = caller.identity.kubernetes_cluster;
  if (route) {
    const bool differs = !plan.cluster.empty() && plan.cluster != route->kube_cluster;
    if (differs || !caller.identity.mfa_verified.empty()) {
      return Fail(ErrorKind::kAccessDenied, "access denied: the certificate is for Kubernetes cluster \"{}\"",
                  plan.cluster);
    }
    teleport_cluster = route->teleport_cluster;
    plan.cluster = route->kube_cluster;
  }
  if (!teleport_cluster.empty() && teleport_cluster != auth_.cluster_name()) {
    return Fail(ErrorKind::kNotFound, "cluster \"{}\" is not known to this proxy", teleport_cluster);
  }
  if (auto found = find_(plan.cluster)) return found;
  return Fail(ErrorKind::kNotFound, "kubernetes cluster \"{}\" not found; list the ones you can reach: tsh kube ls",
              plan.cluster);
}

Status KubePlanner::ChoosePrincipals(const HttpHeaders& headers, const KubeRequest* request, KubePlan& plan) const {
  const AccessChecker& access = *plan.caller->access;
  const Nanoseconds session = access.AdjustSessionTtl(kKubeSession);
  ASSIGN_OR_RETURN(auto principals, access.CheckKubeGroupsAndUsers(session, plan.target->labels, request));
  ASSIGN_OR_RETURN(plan.as,
                   ChooseImpersonation(plan.caller->identity.username, principals.users, principals.groups, headers));
  plan.kubernetes_users = std::move(principals.users);
  plan.kubernetes_groups = std::move(principals.groups);
  return {};
}

Status KubePlanner::CheckCluster(const KubePlan& plan) const {
  RETURN_IF_ERROR(CheckAllowedResource(plan.caller->identity.allowed_resources, auth_.cluster_name(), "kube_cluster",
                                       plan.cluster));
  const AccessChecker& access = *plan.caller->access;
  AccessState state;
  state.mfa_verified = !plan.caller->identity.mfa_verified.empty();
  ASSIGN_OR_RETURN(const auto preference, auth_.AuthPreference());
  state.mfa_required = access.RequiredMfa(preference->spec().requiremfatype() != types::RequireMFAType::OFF);
  state.is_bot = !plan.caller->identity.bot_name.empty();
  if (const Status status = access.CheckResourceAccess("kube_cluster", plan.target->labels, state); !status) {
    return Fail(ErrorKind::kAccessDenied, "access denied to Kubernetes cluster \"{}\": {}{}", plan.cluster,
                status.error().message, access.AccessTo("kube_cluster").WhyOutOfReach(plan.target->labels, "clusters"));
  }
  return {};
}

Status KubePlanner::CheckSession(const HttpHeaders& headers, const KubePlan& plan) const {
  const bool upgrades =
      std::ranges::any_of(headers, [](const auto& header) { return EqualIgnoringCase(header.first, "Upgrade"); });
  const bool by_node = upgrades && plan.info.is_proxied && plan.info.request.resource == "nodes";
  if (!plan.info.IsInteractive() && !by_node) return {};
  const std::string role = plan.caller->access->RoleWithStrictRecording();
  if (role.empty()) return {};
  if (by_node) {
    return Fail(ErrorKind::kAccessDenied,
                "not implemented: sessions in Kubernetes are not recorded, and your role \"{}\" has "
                "record_session.default: strict; what a node serves itself opens such sessions",
                role);
  }
  return Fail(ErrorKind::kAccessDenied,
              "not implemented: interactive sessions in Kubernetes are not recorded, and your role \"{}\" has "
              "record_session.default: strict; a command without a terminal goes (kubectl exec without -t)",
              role);
}

Status KubePlanner::Authorize(const HttpHeaders& headers, KubePlan& plan) const {
  if (!plan.info.is_understood && plan.IsRestricted()) {
    return Fail(ErrorKind::kAccessDenied,
                "forbidden: \"{}\" is no request that this proxy knows, and your roles allow a part of what is in the "
                "cluster alone (kubernetes_resources)",
                plan.info.path);
  }
  RETURN_IF_ERROR(CheckSession(headers, plan));
  // What a user may do is everybody's to ask; the API server lists its own rules.
  if (!plan.info.is_resource || plan.info.IsRulesReview()) return ChoosePrincipals(headers, nullptr, plan);
  const KubeDecision decision = plan.access->Decide(plan.info.request);
  if (decision == KubeDecision::kDeny) return Fail(ErrorKind::kAccessDenied, "{}", ForbiddenText(plan));
  // The watch of one object tells of no other; that is not left to the API server.
  const bool watches = plan.info.request.verb == "watch" && plan.IsRestricted();
  if (decision == KubeDecision::kFilter || watches) plan.filter = plan.access;
  // Of a list every role has its part.
  const bool one = !plan.info.IsCollection();
  return ChoosePrincipals(headers, one ? &plan.info.request : nullptr, plan);
}

Result<KubePlan> KubePlanner::Identify(std::string_view method, std::string_view target,
                                       const std::vector<std::string>& chain_pem,
                                       const std::string& remote_address) const {
  KubePlan plan;
  ASSIGN_OR_RETURN(plan.caller, auth_.authenticator().Authenticate(chain_pem, remote_address, kUsageKube));
  if (plan.caller->kind != Caller::Kind::kUser) {
    return Fail(ErrorKind::kAccessDenied, "[00] access denied");
  }
  ASSIGN_OR_RETURN(KubeTarget parsed, ParseKubeTarget(target));
  ASSIGN_OR_RETURN(plan.target, FindCluster(*plan.caller, parsed, plan));
  plan.labels = plan.target->labels;
  plan.forwarded_for = remote_address.substr(0, remote_address.rfind(':'));
  RETURN_IF_ERROR(CheckCluster(plan));
  ASSIGN_OR_RETURN(plan.info, ReadKubeRequest(method, parsed));
  plan.access = std::make_shared<const KubeAccess>(plan.caller->access->KubeAccessTo(plan.target->labels));
  return plan;
}

Result<KubePlan> KubePlanner::PlanDelete(const HttpHeaders& headers, const KubePlan& collection,
                                         std::string_view kube_namespace, std::string_view name) const {
  KubePlan plan = collection;
  KubeRequest& request = plan.info.request;
  if (!kube_namespace.empty()) request.kube_namespace = kube_namespace;
  request.name = name;
  if (!plan.access->MayReach(request)) return Fail(ErrorKind::kAccessDenied, "{}", ForbiddenText(plan));
  RETURN_IF_ERROR(ChoosePrincipals(headers, &request, plan));
  plan.filter = nullptr;
  std::string& path = plan.info.path;
  path = request.api_group.empty()
             ? fmt::format("/api/{}", EncodedSegment(plan.info.api_version))
             : fmt::format("/apis/{}/{}", EncodedSegment(request.api_group), EncodedSegment(plan.info.api_version));
  if (!request.kube_namespace.empty()) path += "/namespaces/" + EncodedSegment(request.kube_namespace);
  path += fmt::format("/{}/{}", EncodedSegment(request.resource), EncodedSegment(name));
  return plan;
}

}  // namespace sallyport
