#include "libresources/access/kube_access.h"

#include <algorithm>
#include <iterator>

#include "libresources/access/kube_kinds.h"
#include "libresources/matching/pattern.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

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

// Roles v7 say "namespace" for a namespace and all inside of it, and "*" includes objects without a namespace.
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
    return {{.kind = "*", .api_group = "*", .kube_namespace = "*", .name = "*", .verbs = {"*"}, .index = 0}};
  }

  std::vector<KubeRule> rules;
  for (int i = 0; i < entries.size(); ++i) {
    KubeRule rule = ToRule(entries[i]);
    rule.index = i;
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

// Returns whether one rule decides about a list.
Result<bool> OneCouldMatch(const KubeRequest& request, const KubeRule& rule, bool deny) {
  if (!VerbFits(rule, request.verb)) return false;
  if (ReadsNamespaces(request)) {
    if (deny) {
      if (rule.kind != kNamespaces) return false;
      return MatchesExpression(request.name, rule.name);
    }
    if (rule.kind != kNamespaces && !rule.kube_namespace.empty()) return true;
  }

  if (!KindFits(rule, request.resource)) return false;
  ASSIGN_OR_RETURN(const bool group, MatchesExpression(request.api_group, rule.api_group));
  if (!group) return false;

  const bool all_names = rule.name == kWildcard;
  if (request.cluster_wide) return !deny || all_names;
  if (deny && rule.kube_namespace.empty()) return false;
  if (request.kube_namespace.empty() && (!deny || (all_names && rule.kube_namespace == kWildcard))) {
    return true;
  }
  ASSIGN_OR_RETURN(const bool name_space, MatchesExpression(request.kube_namespace, rule.kube_namespace));
  return name_space && (!deny || all_names);
}

// Returns the rule that covers a request for one object, or nullptr.
Result<const KubeRule*> Matching(const KubeRequest& request, std::span<const KubeRule> rules, RoleCondition condition) {
  for (const KubeRule& rule : rules) {
    ASSIGN_OR_RETURN(const bool matches, OneMatches(request, rule, condition));
    if (matches) return &rule;
  }
  return nullptr;
}

// Returns the rule that could cover some objects of a list: to allow, whether to ask at all; to deny, whether nothing
// can be left.
Result<const KubeRule*> CouldMatch(const KubeRequest& request, std::span<const KubeRule> rules,
                                   RoleCondition condition) {
  for (const KubeRule& rule : rules) {
    ASSIGN_OR_RETURN(const bool matches, OneCouldMatch(request, rule, condition == RoleCondition::kDeny));
    if (matches) return &rule;
  }
  return nullptr;
}

// An implied rule follows from the clusters that the role reaches.
Decision DecidedBy(const KubeRule& rule, RoleCondition condition) {
  const bool allow = condition == RoleCondition::kAllow;
  return {.outcome = allow ? Decision::Outcome::kAllowed : Decision::Outcome::kDenied,
          .role = rule.role,
          .condition = condition,
          .field = rule.index < 0 ? "kubernetes_labels" : "kubernetes_resources",
          .index = rule.index};
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
  if (allow && role.version() != "v8" && role.version() != "v7") {
    rules = OldAllowRules(part);
  } else {
    for (int i = 0; i < part.kubernetesresources_size(); ++i) {
      const std::size_t begin = rules.size();
      KubeRule rule = ToRule(part.kubernetesresources(i));
      if (role.version() == "v8") {
        rules.push_back(std::move(rule));
      } else {
        AppendV7Rules(std::move(rule), rules);
      }
      for (std::size_t j = begin; j < rules.size(); ++j) rules[j].index = i;
    }
  }

  if (allow) {
    rules.push_back({.kind = std::string(kSelfReview),
                     .api_group = "authorization.k8s.io",
                     .kube_namespace = "",
                     .name = "*",
                     .verbs = {"create"}});
  }
  for (KubeRule& rule : rules) rule.role = &role;
  return rules;
}

Result<bool> KubeRulesMatch(const KubeRequest& request, std::span<const KubeRule> rules, RoleCondition condition) {
  ASSIGN_OR_RETURN(const KubeRule* rule, Matching(request, rules, condition));
  return rule != nullptr;
}

Result<Decision> KubeAccess::Explain(const KubeRequest& request) const {
  const auto covering = IsList(request) ? &CouldMatch : &Matching;
  ASSIGN_OR_RETURN(const KubeRule* denying, covering(request, deny_, RoleCondition::kDeny));
  if (denying != nullptr) return DecidedBy(*denying, RoleCondition::kDeny);
  ASSIGN_OR_RETURN(const KubeRule* allowing, covering(request, allow_, RoleCondition::kAllow));
  if (allowing != nullptr) return DecidedBy(*allowing, RoleCondition::kAllow);
  return Decision{};
}

KubeDecision KubeAccess::Decide(const KubeRequest& request) const {
  const auto decision = Explain(request);
  if (!decision || !decision->allowed()) return KubeDecision::kDeny;
  return !IsList(request) || ReachesAll() ? KubeDecision::kAllow : KubeDecision::kFilter;
}

bool KubeAccess::ReachesAll() const { return deny_.empty() && std::any_of(allow_.begin(), allow_.end(), AllowsAll); }

bool KubeAccess::MayDo(const KubeRequest& request) const {
  if (!request.name.empty()) return MayReach(request);
  const bool everywhere = request.kube_namespace.empty() && !request.cluster_wide && request.resource != kNamespaces;
  std::vector<KubeRule> allow;
  std::copy_if(allow_.begin(), allow_.end(), std::back_inserter(allow), [everywhere](const KubeRule& rule) {
    return !everywhere || rule.kube_namespace.empty() || rule.kube_namespace == kWildcard;
  });
  const auto denying = CouldMatch(request, deny_, RoleCondition::kDeny);
  const auto allowing = CouldMatch(request, allow, RoleCondition::kAllow);
  return denying && allowing && *denying == nullptr && *allowing != nullptr;
}

bool KubeAccess::MayReach(const KubeRequest& request) const {
  const auto denied = KubeRulesMatch(request, deny_, RoleCondition::kDeny);
  const auto allowed = KubeRulesMatch(request, allow_, RoleCondition::kAllow);
  return denied && allowed && !*denied && *allowed;
}

}  // namespace sallyport
