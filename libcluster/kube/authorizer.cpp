#include "libcluster/kube/authorizer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "libbase/encoding.h"
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

}  // namespace

Result<KubeAuthorizer::Destination> KubeAuthorizer::FindCluster(const Caller& caller, KubeTarget& target) const {
  ASSIGN_OR_RETURN(const auto route, TakePathRoute(target));
  std::string teleport_cluster = caller.identity.route_to_cluster;
  std::string cluster = caller.identity.kubernetes_cluster;

  if (route) {
    const bool differs = !cluster.empty() && cluster != route->kube_cluster;
    if (differs || !caller.identity.mfa_verified.empty()) {
      return Fail(ErrorKind::kAccessDenied, "access denied: the certificate is for Kubernetes cluster \"{}\"", cluster);
    }
    teleport_cluster = route->teleport_cluster;
    cluster = route->kube_cluster;
  }

  if (!teleport_cluster.empty() && teleport_cluster != auth_.cluster_name()) {
    return Fail(ErrorKind::kNotFound, "cluster \"{}\" is not known to this proxy", teleport_cluster);
  }
  if (auto found = find_(cluster)) return Destination{std::move(cluster), std::move(found)};
  return Fail(ErrorKind::kNotFound, "kubernetes cluster \"{}\" not found; list the Kubernetes clusters: tsh kube ls",
              cluster);
}

Status KubeAuthorizer::ChoosePrincipals(const HttpHeaders& headers, const KubeRequest* request,
                                        DecidedKubeRequest& decided) const {
  const AccessChecker& access = *decided.asked.caller->access;
  const Nanoseconds session = access.AdjustSessionTtl(kKubeSession);
  ASSIGN_OR_RETURN(auto principals, access.CheckKubeGroupsAndUsers(session, decided.asked.target->labels, request));
  ASSIGN_OR_RETURN(decided.as, ChooseImpersonation(decided.asked.caller->identity.username, principals.users,
                                                   principals.groups, headers));
  decided.kubernetes_users = std::move(principals.users);
  decided.kubernetes_groups = std::move(principals.groups);
  return {};
}

Status KubeAuthorizer::CheckCluster(const IdentifiedKubeRequest& asked) const {
  RETURN_IF_ERROR(CheckAllowedResource(asked.caller->identity.allowed_resources, auth_.cluster_name(), "kube_cluster",
                                       asked.cluster));
  const AccessChecker& access = *asked.caller->access;
  AccessState state;
  state.mfa_verified = !asked.caller->identity.mfa_verified.empty();
  ASSIGN_OR_RETURN(const auto preference, auth_.AuthPreference());
  state.mfa_required = access.RequiredMfa(preference->spec().requiremfatype() != types::RequireMFAType::OFF);
  state.is_bot = !asked.caller->identity.bot_name.empty();
  if (const Status status = access.CheckResourceAccess("kube_cluster", asked.target->labels, state); !status) {
    return Fail(ErrorKind::kAccessDenied, "access denied to Kubernetes cluster \"{}\": {}{}", asked.cluster,
                status.error().message,
                access.AccessTo("kube_cluster").WhyOutOfReach(asked.target->labels, "clusters"));
  }
  return {};
}

Status KubeAuthorizer::CheckSession(const HttpHeaders& headers, const IdentifiedKubeRequest& asked) const {
  const bool upgrades =
      std::ranges::any_of(headers, [](const auto& header) { return EqualIgnoringCase(header.first, "Upgrade"); });
  const bool by_node = upgrades && asked.info.is_proxied && asked.info.request.resource == "nodes";
  if (!asked.info.IsInteractive() && !by_node) return {};
  const std::string role = asked.caller->access->RoleWithStrictRecording();
  if (role.empty()) return {};
  if (by_node) {
    return Fail(ErrorKind::kAccessDenied,
                "not implemented: sessions in Kubernetes are not recorded, and your role \"{}\" has "
                "record_session.default: strict; requests to a node's kubelet can open such sessions",
                role);
  }
  return Fail(ErrorKind::kAccessDenied,
              "not implemented: interactive sessions in Kubernetes are not recorded, and your role \"{}\" has "
              "record_session.default: strict; run a command without a terminal (kubectl exec without -t)",
              role);
}

Result<DecidedKubeRequest> KubeAuthorizer::Authorize(const HttpHeaders& headers, IdentifiedKubeRequest asked) const {
  if (!asked.info.is_understood && asked.IsRestricted()) {
    return Fail(ErrorKind::kAccessDenied,
                "forbidden: this proxy does not know the request \"{}\", and your roles allow only some resources of "
                "the cluster (kubernetes_resources)",
                asked.info.path);
  }
  RETURN_IF_ERROR(CheckSession(headers, asked));

  DecidedKubeRequest decided(std::move(asked));
  const KubeRequestInfo& info = decided.asked.info;
  // Every user may ask for their own rights; the API server lists its own rules.
  if (!info.is_resource || info.IsRulesReview()) {
    RETURN_IF_ERROR(ChoosePrincipals(headers, nullptr, decided));
    return decided;
  }

  const KubeDecision decision = decided.asked.access->Decide(info.request);
  if (decision == KubeDecision::kDeny) return Fail(ErrorKind::kAccessDenied, "{}", ForbiddenText(decided.asked));
  // The watch of one object must show no other object, and the proxy does not rely on the API server for that.
  const bool watches = info.request.verb == "watch" && decided.asked.IsRestricted();
  if (decision == KubeDecision::kFilter || watches) decided.filter = decided.asked.access;
  // A list needs the rules of every role.
  const bool one = !info.IsCollection();
  RETURN_IF_ERROR(ChoosePrincipals(headers, one ? &info.request : nullptr, decided));
  return decided;
}

Result<IdentifiedKubeRequest> KubeAuthorizer::Identify(std::string_view method, std::string_view target,
                                                       const std::vector<std::string>& chain_pem,
                                                       const std::string& remote_address) const {
  IdentifiedKubeRequest asked;
  ASSIGN_OR_RETURN(asked.caller, auth_.authenticator().Authenticate(chain_pem, remote_address, kUsageKube));
  if (asked.caller->kind != Caller::Kind::kUser) {
    return Fail(ErrorKind::kAccessDenied, "[00] access denied");
  }

  ASSIGN_OR_RETURN(KubeTarget parsed, ParseKubeTarget(target));
  ASSIGN_OR_RETURN(Destination destination, FindCluster(*asked.caller, parsed));
  asked.cluster = std::move(destination.cluster);
  asked.target = std::move(destination.info);
  asked.forwarded_for = remote_address.substr(0, remote_address.rfind(':'));
  RETURN_IF_ERROR(CheckCluster(asked));
  ASSIGN_OR_RETURN(asked.info, ReadKubeRequest(method, parsed));
  asked.access = std::make_shared<const KubeAccess>(asked.caller->access->KubeAccessTo(asked.target->labels));
  return asked;
}

Result<DecidedKubeRequest> KubeAuthorizer::AuthorizeDelete(const HttpHeaders& headers,
                                                           const DecidedKubeRequest& collection,
                                                           std::string_view kube_namespace,
                                                           std::string_view name) const {
  DecidedKubeRequest decided = collection;
  KubeRequestInfo& info = decided.asked.info;
  KubeRequest& request = info.request;
  if (!kube_namespace.empty()) request.kube_namespace = kube_namespace;
  request.name = name;
  if (!decided.asked.access->MayReach(request)) {
    return Fail(ErrorKind::kAccessDenied, "{}", ForbiddenText(decided.asked));
  }
  RETURN_IF_ERROR(ChoosePrincipals(headers, &request, decided));
  decided.filter = nullptr;

  std::string& path = info.path;
  path = request.api_group.empty()
             ? fmt::format("/api/{}", EncodedSegment(info.api_version))
             : fmt::format("/apis/{}/{}", EncodedSegment(request.api_group), EncodedSegment(info.api_version));
  if (!request.kube_namespace.empty()) path += "/namespaces/" + EncodedSegment(request.kube_namespace);
  path += fmt::format("/{}/{}", EncodedSegment(request.resource), EncodedSegment(name));
  return decided;
}

}  // namespace sallyport
