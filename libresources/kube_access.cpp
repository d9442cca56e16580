#include "libresources/kube_access.h"

#include <algorithm>
#include <iterator>

#include "libresources/kube_kinds.h"
#include "libresources/pattern.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kWildcard = "*";
constexpr std::string_view kNamespaces = "namespaces";

bool VerbFits(const KubeRule& rule, std::string_view verb) {
  if (rule.verbs.empty()) return false;
  return rule.verbs.front() == kWildcard || std::find(rule.verbs.begin(), rule.verbs.end(), verb) != rule.verbs.end();
}

bool KindFits(const KubeRule& rule, std::string_view kind) { return rule.kind == kWildcard || rule.kind == kind; }

bool IsList(const KubeRequest& request) {
  return request.name.empty() &&
         (request.verb == "list" || request.verb == "watch" || request.verb == "deletecollection");
}

// Somebody with rights in a namespace may see the namespace itself.
bool ReadsNamespaces(const KubeRequest& request) {
  return request.resource == kNamespaces &&
         (request.verb == "get" || request.verb == "list" || request.verb == "watch");
}

KubeRule ToRule(const types::KubernetesResource& entry) {
  return {.kind = entry.kind(),
          .api_group = entry.apigroup(),
          .kube_namespace = entry.namespace_(),
          .name = entry.name(),
          .verbs = {entry.verbs().begin(), entry.verbs().end()}};
}

// Roles v7 say "namespace" for a namespace and all inside of it, and "*" includes what has no namespace.
void AppendV7Rules(KubeRule rule, std::vector<KubeRule>& rules) {
  const KubeKind* const kind = FindKubeKind(rule.kind);
  if (kind != nullptr && kind->plural == kNamespaces) {
    const std::string name_space = rule.name == kWildcard ? "^.+$" : rule.name;
    rules.push_back({.kind = "*", .api_group = "*", .kube_namespace = name_space, .name = "*", .verbs = rule.verbs});
    rules.push_back(
        {.kind = "namespaces", .api_group = "", .kube_namespace = "", .name = name_space, .verbs = rule.verbs});
    return;
  }
  if (kind != nullptr) {
    if (kind->cluster_wide) rule.kube_namespace.clear();
    rule.kind = kind->plural;
    rule.api_group = kind->api_group;
    rules.push_back(std::move(rule));
    return;
  }
  rule.api_group = kWildcard;
  rules.push_back(rule);
  for (const KubeKind& row : KubeKinds()) {
    if (rule.kind != kWildcard || !row.cluster_wide || row.plural == kNamespaces) continue;
    rules.push_back({.kind = std::string(row.plural),
                     .api_group = "*",
                     .kube_namespace = "",
                     .name = rule.name,
                     .verbs = rule.verbs});
  }
}

// Roles up to v6 speak of pods only and allow everything else.
std::vector<KubeRule> OldAllowRules(const types::RoleConditions& allow) {
  if (allow.kuberneteslabels().values().empty() && allow.kuberneteslabelsexpression().empty()) return {};
  const auto& entries = allow.kubernetesresources();
  if (entries.size() == 1 && entries[0].name() == kWildcard && entries[0].namespace_() == kWildcard) {
    return {{.kind = "*", .api_group = "*", .kube_namespace = "*", .name = "*", .verbs = {"*"}}};
  }
  std::vector<KubeRule> rules;
  for (const types::KubernetesResource& entry : entries) {
    KubeRule rule = ToRule(entry);
    const KubeKind* const kind = FindKubeKind(rule.kind);
    rule.api_group = kind == nullptr ? kWildcard : kind->api_group;
    if (kind != nullptr && kind->plural != kNamespaces) rule.kind = kind->plural;
    rules.push_back(std::move(rule));
  }
  for (const KubeKind& row : KubeKinds()) {
    if (row.plural == "pods" || row.plural == kNamespaces) continue;
    rules.push_back({.kind = std::string(row.plural),
                     .api_group = std::string(row.api_group),
                     .kube_namespace = "*",
                     .name = "*",
                     .verbs = {"*"}});
  }
  return rules;
}

Result<bool> OneMatches(const KubeRequest& request, const KubeRule& rule, RoleCondition condition) {
  if (!VerbFits(rule, request.verb)) return false;
  const bool reads = ReadsNamespaces(request) && condition == RoleCondition::kAllow;
  if (reads && rule.kind != kNamespaces && !rule.kube_namespace.empty()) {
    return MatchesExpression(request.name, rule.kube_namespace);
  }
  if (reads && rule.kind == kNamespaces && !rule.name.empty()) return MatchesExpression(request.name, rule.name);
  if (!KindFits(rule, request.resource)) return false;
  ASSIGN_OR_RETURN(const bool group, MatchesExpression(request.api_group, rule.api_group));
  if (!group) return false;
  if (request.resource == kNamespaces) {
    const bool by_name = rule.kind == kNamespaces || rule.kube_namespace.empty() || rule.kube_namespace == kWildcard;
    return MatchesExpression(request.name, by_name ? rule.name : rule.kube_namespace);
  }
  ASSIGN_OR_RETURN(const bool name, MatchesExpression(request.name, rule.name));
  if (!name) return false;
  if (request.kube_namespace.empty() && !rule.kube_namespace.empty() && rule.kube_namespace != kWildcard) return false;
  return MatchesExpression(request.kube_namespace, rule.kube_namespace);
}

// What one rule says about a list: nothing, or the answer for all rules.
Result<std::optional<bool>> OneCouldMatch(const KubeRequest& request, const KubeRule& rule, bool deny) {
  if (!VerbFits(rule, request.verb)) return std::nullopt;
  if (ReadsNamespaces(request)) {
    if (deny) {
      if (rule.kind != kNamespaces) return std::nullopt;
      ASSIGN_OR_RETURN(const bool all, MatchesExpression(request.name, rule.name));
      return all ? std::optional(true) : std::nullopt;
    }
    if (rule.kind != kNamespaces && !rule.kube_namespace.empty()) return std::optional(true);
  }
  if (!KindFits(rule, request.resource)) return std::nullopt;
  ASSIGN_OR_RETURN(const bool group, MatchesExpression(request.api_group, rule.api_group));
  if (!group) return std::nullopt;
  const bool all_names = rule.name == kWildcard;
  if (request.cluster_wide) return std::optional(deny ? all_names : true);
  if (deny && rule.kube_namespace.empty()) return std::nullopt;
  if (request.kube_namespace.empty() && (!deny || (all_names && rule.kube_namespace == kWildcard))) {
    return std::optional(true);
  }
  ASSIGN_OR_RETURN(const bool name_space, MatchesExpression(request.kube_namespace, rule.kube_namespace));
  if (name_space && (!deny || all_names)) return std::optional(true);
  return std::nullopt;
}

bool AllowsAll(const KubeRule& rule) {
  return rule.kind == kWildcard && rule.api_group == kWildcard && rule.kube_namespace == kWildcard &&
         rule.name == kWildcard && !rule.verbs.empty() && rule.verbs.front() == kWildcard;
}

}  // namespace

std::vector<KubeRule> KubeRules(const types::RoleV6& role, RoleCondition condition) {
  const bool allow = condition == RoleCondition::kAllow;
  const types::RoleConditions& part = allow ? role.spec().allow() : role.spec().deny();
  std::vector<KubeRule> rules;
  if (role.version() == "v8") {
    for (const types::KubernetesResource& entry : part.kubernetesresources()) rules.push_back(ToRule(entry));
  } else if (allow && role.version() != "v7") {
    rules = OldAllowRules(part);
  } else {
    for (const types::KubernetesResource& entry : part.kubernetesresources()) AppendV7Rules(ToRule(entry), rules);
  }
  if (allow) {
    rules.push_back({.kind = "selfsubjectaccessreviews",
                     .api_group = "authorization.k8s.io",
                     .kube_namespace = "",
                     .name = "*",
                     .verbs = {"create"}});
  }
  return rules;
}

Result<bool> KubeRulesMatch(const KubeRequest& request, std::span<const KubeRule> rules, RoleCondition condition) {
  for (const KubeRule& rule : rules) {
    ASSIGN_OR_RETURN(const bool matches, OneMatches(request, rule, condition));
    if (matches) return true;
  }
  return false;
}

Result<bool> KubeRulesCouldMatch(const KubeRequest& request, std::span<const KubeRule> rules, RoleCondition condition) {
  for (const KubeRule& rule : rules) {
    ASSIGN_OR_RETURN(const std::optional<bool> answer, OneCouldMatch(request, rule, condition == RoleCondition::kDeny));
    if (answer.value_or(false)) return true;
  }
  return false;
}

KubeDecision KubeAccess::Decide(const KubeRequest& request) const {
  if (!IsList(request)) return MayReach(request) ? KubeDecision::kAllow : KubeDecision::kDeny;
  const auto denied = KubeRulesCouldMatch(request, deny_, RoleCondition::kDeny);
  const auto allowed = KubeRulesCouldMatch(request, allow_, RoleCondition::kAllow);
  if (!denied || !allowed || *denied || !*allowed) return KubeDecision::kDeny;
  return ReachesAll() ? KubeDecision::kAllow : KubeDecision::kFilter;
}

bool KubeAccess::ReachesAll() const { return deny_.empty() && std::any_of(allow_.begin(), allow_.end(), AllowsAll); }

bool KubeAccess::MayDo(const KubeRequest& request) const {
  if (!request.name.empty()) return MayReach(request);
  const bool everywhere = request.kube_namespace.empty() && !request.cluster_wide && request.resource != kNamespaces;
  std::vector<KubeRule> allow;
  std::copy_if(allow_.begin(), allow_.end(), std::back_inserter(allow), [everywhere](const KubeRule& rule) {
    return !everywhere || rule.kube_namespace.empty() || rule.kube_namespace == kWildcard;
  });
  const auto denied = KubeRulesCouldMatch(request, deny_, RoleCondition::kDeny);
  const auto allowed = KubeRulesCouldMatch(request, allow, RoleCondition::kAllow);
  return denied && allowed && !*denied && *allowed;
}

bool KubeAccess::MayReach(const KubeRequest& request) const {
  const auto denied = KubeRulesMatch(request, deny_, RoleCondition::kDeny);
  const auto allowed = KubeRulesMatch(request, allow_, RoleCondition::kAllow);
  return denied && allowed && !*denied && *allowed;
}

}  // namespace sallyport
