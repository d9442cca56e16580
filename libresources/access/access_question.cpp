#include "libresources/access/access_question.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

AccessAnswer AnswerOf(const Decision& decision) {
  return {.outcome = decision.outcome,
          .role = decision.RoleName(),
          .condition = decision.condition,
          .field = std::string(decision.field),
          .index = decision.index};
}

std::string TextOf(const KubeRequest& request) {
  std::string text = fmt::format("{} {}", request.verb, request.resource);
  if (!request.api_group.empty()) text += "." + request.api_group;
  if (!request.name.empty()) text += "/" + request.name;
  if (!request.kube_namespace.empty()) text += " in " + request.kube_namespace;
  return text;
}

// Returns the roles with rules about the kind, and the content of these rules.
std::vector<Shortfall> LackingRules(const AccessChecker& checker, const AccessQuestion& question) {
  std::vector<Shortfall> lacking;
  for (const auto& role : checker.roles()) {
    const auto& rules = role->spec().allow().rules();
    for (int i = 0; i < rules.size(); ++i) {
      const auto& kinds = rules[i].resources();
      if (std::find(kinds.begin(), kinds.end(), question.kind) == kinds.end()) continue;
      std::string text = fmt::format("verbs {}", fmt::join(rules[i].verbs(), ", "));
      if (!rules[i].where().empty()) text += " where " + rules[i].where();
      lacking.push_back({role->metadata().name(), "rules", i, std::move(text)});
    }
  }
  return lacking;
}

Result<AccessAnswer> AskRules(const AccessChecker& checker, const AccessQuestion& question) {
  RuleContext context;
  context.resource = question.resource;
  const RuleContext* const known = question.resource.is_null() ? nullptr : &context;
  ASSIGN_OR_RETURN(const Decision decision, checker.DecideRule(question.kind, question.verb, known));
  AccessAnswer answer = AnswerOf(decision);
  if (decision.outcome == Decision::Outcome::kNotAllowed) answer.lacking = LackingRules(checker, question);
  return answer;
}

// A cluster that is reached is of no use without a group or user to be there, nor is an object out of reach.
Result<AccessAnswer> AskInside(const AccessChecker& checker, const ResourceAccess& access,
                               const AccessQuestion& question, AccessAnswer answer) {
  if (question.object) {
    ASSIGN_OR_RETURN(const Decision inside, checker.KubeAccessTo(question.labels).Explain(*question.object));
    answer = AnswerOf(inside);
    if (inside.outcome == Decision::Outcome::kNotAllowed) {
      for (const auto* role : access.RolesThatAllow(question.labels)) {
        answer.lacking.push_back({role->metadata().name(), "kubernetes_resources", -1, TextOf(*question.object)});
      }
    }
    if (!answer.allowed()) return answer;
  }
  const Nanoseconds ttl = checker.AdjustSessionTtl(kKubeSession);
  auto principals =
      checker.CheckKubeGroupsAndUsers(ttl, question.labels, question.object ? &*question.object : nullptr);
  if (principals) {
    answer.kube_groups = std::move(principals->groups);
    answer.kube_users = std::move(principals->users);
    return answer;
  }
  if (principals.error().kind != ErrorKind::kNotFound) return std::unexpected(principals.error());
  AccessAnswer none;
  none.lacking.push_back({answer.role, "kubernetes_groups", -1, "any group or user"});
  return none;
}

}  // namespace

Result<AccessAnswer> Ask(const AccessChecker& checker, const AccessQuestion& question) {
  if (!question.verb.empty()) return AskRules(checker, question);
  std::vector<RoleMatcher> matchers;
  if (!question.login.empty()) matchers.push_back(LoginMatcher(question.login));
  AccessState state;
  state.mfa_required = checker.RequiredMfa(false);
  const ResourceAccess access = checker.AccessTo(question.kind);
  ASSIGN_OR_RETURN(const Decision decision, access.Decide(question.labels, state, matchers));
  AccessAnswer answer = AnswerOf(decision);
  if (decision.outcome == Decision::Outcome::kNotAllowed) {
    for (auto& one : access.Shortfalls(question.labels, matchers)) {
      answer.lacking.push_back({one.role->metadata().name(), std::string(one.field), -1, std::move(one.text)});
    }
  }
  if (!answer.allowed() || question.kind != "kube_cluster") return answer;
  return AskInside(checker, access, question, std::move(answer));
}

}  // namespace sallyport
