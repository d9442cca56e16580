#include <algorithm>

#include "libresources/access/access.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

const types::RoleConditions& PartOf(const types::RoleV6& role, RoleCondition condition) {
  return condition == RoleCondition::kAllow ? role.spec().allow() : role.spec().deny();
}

// Deny parts without labels concern every cluster: older roles knew no kubernetes_labels there.
RoleMatcher ClusterMatcher(Labels labels, TraitMap traits) {
  auto matches = [labels = std::move(labels), traits = std::move(traits)](const types::RoleV6& role,
                                                                          RoleCondition condition) -> Result<bool> {
    const LabelMatcher matcher(LabelMatchersOf(role, condition, "kube_cluster"), traits);
    if (matcher.empty()) return condition == RoleCondition::kDeny;
    return matcher.Matches(condition, labels);
  };
  return {.field = "kubernetes_labels", .wanted = "", .matches = std::move(matches)};
}

}  // namespace

RoleMatcher KubeObjectMatcher(KubeRequest request) {
  std::string wanted = fmt::format("{} {}", request.verb, request.resource);
  auto matches = [request = std::move(request)](const types::RoleV6& role, RoleCondition condition) {
    return KubeRulesMatch(request, KubeRules(role, condition), condition);
  };
  return {.field = "kubernetes_resources", .wanted = std::move(wanted), .matches = std::move(matches)};
}

Result<AccessChecker::KubePrincipals> AccessChecker::KubePrincipalsOf(Nanoseconds ttl,
                                                                      std::span<const RoleMatcher> matchers) const {
  std::set<std::string> groups;
  std::set<std::string> users;
  bool admitted = false;
  for (const auto& role : roles_) {
    bool matches = true;
    for (const RoleMatcher& matcher : matchers) {
      ASSIGN_OR_RETURN(const bool one, matcher.matches(*role, RoleCondition::kAllow));
      matches = matches && one;
    }
    if (!matches || ttl.count() > role->spec().options().maxsessionttl()) continue;
    admitted = true;
    const auto& allow = PartOf(*role, RoleCondition::kAllow);
    groups.insert(allow.kubegroups().begin(), allow.kubegroups().end());
    users.insert(allow.kubeusers().begin(), allow.kubeusers().end());
  }
  for (const auto& role : roles_) {
    bool matches = matchers.empty();
    for (const RoleMatcher& matcher : matchers) {
      ASSIGN_OR_RETURN(const bool one, matcher.matches(*role, RoleCondition::kDeny));
      matches = matches || one;
    }
    if (!matches) continue;
    for (const std::string& group : PartOf(*role, RoleCondition::kDeny).kubegroups()) groups.erase(group);
    for (const std::string& user : PartOf(*role, RoleCondition::kDeny).kubeusers()) users.erase(user);
  }
  if (!admitted) {
    return Fail(ErrorKind::kAccessDenied, "this user cannot request kubernetes access for {}", FormatDuration(ttl));
  }
  if (groups.empty() && users.empty()) {
    return FailWithHint(ErrorKind::kNotFound,
                        "this user cannot request kubernetes access, has no assigned groups or users",
                        "add kubernetes_groups or kubernetes_users to a role of the user");
  }
  return KubePrincipals{.groups = {groups.begin(), groups.end()}, .users = {users.begin(), users.end()}};
}

Result<AccessChecker::KubePrincipals> AccessChecker::CheckKubeGroupsAndUsers(Nanoseconds ttl,
                                                                             const Labels& cluster_labels,
                                                                             const KubeRequest* request) const {
  std::vector<RoleMatcher> matchers{ClusterMatcher(cluster_labels, traits_)};
  if (request != nullptr) matchers.push_back(KubeObjectMatcher(*request));
  return KubePrincipalsOf(ttl, matchers);
}

Result<AccessChecker::KubePrincipals> AccessChecker::AllKubeGroupsAndUsers(Nanoseconds ttl) const {
  return KubePrincipalsOf(ttl, {});
}

KubeAccess AccessChecker::KubeAccessTo(const Labels& cluster_labels) const {
  std::vector<KubeRule> allow;
  std::vector<KubeRule> deny;
  for (const auto& role : roles_) {
    const LabelMatcher matcher(LabelMatchersOf(*role, RoleCondition::kAllow, "kube_cluster"), traits_);
    const auto reaches = matcher.Matches(RoleCondition::kAllow, cluster_labels);
    if (reaches && *reaches) {
      for (KubeRule& rule : KubeRules(*role, RoleCondition::kAllow)) allow.push_back(std::move(rule));
    }
    // A role's deny part counts for every cluster that another role lets the user reach.
    for (KubeRule& rule : KubeRules(*role, RoleCondition::kDeny)) deny.push_back(std::move(rule));
  }
  return KubeAccess(std::move(allow), std::move(deny));
}

}  // namespace sallyport
