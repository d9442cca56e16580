#include "libresources/access/label_decision.h"

#include <algorithm>

#include "libresources/access/resource_access.h"
#include "libresources/kinds/server_info.h"

namespace sallyport {

LabelDecision LabelDecisionOf(const AccessChecker& access, std::string_view kind, Labels labels) {
  LabelDecision decision{std::move(labels), {}, {}};
  for (const auto& role : access.roles()) {
    for (const RoleCondition condition : {RoleCondition::kAllow, RoleCondition::kDeny}) {
      LabelMatchers matchers = LabelMatchersOf(*role, condition, kind);
      if (matchers.empty()) continue;
      if (!matchers.expression.empty()) decision.traits = access.traits();
      decision.rules.push_back({condition, std::move(matchers)});
    }
  }
  return decision;
}

Labels LabelsToCheck(const Labels& own, const Labels& decided) {
  Labels labels;
  for (const auto& [key, value] : own) {
    if (!IsGivenLabel(key)) labels.insert({key, value});
  }
  for (const auto& [key, value] : decided) {
    if (IsGivenLabel(key)) labels.insert({key, value});
  }
  return labels;
}

Status CheckSameDecision(const LabelDecision& decision, const Labels& labels) {
  const bool may_allow = std::ranges::any_of(
      decision.rules, [](const LabelRule& rule) { return rule.condition == RoleCondition::kAllow; });
  if (!may_allow) {
    return FailWithHint(ErrorKind::kAccessDenied, "access denied: the decision of the proxy does not contain labels",
                        "update the cluster, then the agents");
  }
  for (const LabelRule& rule : decision.rules) {
    const LabelMatcher matcher(rule.matchers, decision.traits);
    ASSIGN_OR_RETURN(const bool decided, matcher.Matches(rule.condition, decision.labels));
    ASSIGN_OR_RETURN(const bool matches, matcher.Matches(rule.condition, labels));
    if (matches == decided) continue;
    return FailWithHint(
        ErrorKind::kAccessDenied,
        "access denied: the labels of this node differ from the labels that the proxy used for the decision",
        "try again in a few seconds, when the cluster knows the changed labels");
  }
  return {};
}

}  // namespace sallyport
