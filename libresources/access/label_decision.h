// Represents a decision about a resource by its labels, with the labels and the rules that were used, so that the agent
// with the current labels can check the decision.
#pragma once

#include <vector>

#include "libbase/error.h"
#include "libresources/access/access.h"
#include "libresources/matching/labels.h"

namespace sallyport {

// The condition of one role on labels.
struct LabelRule {
  RoleCondition condition = RoleCondition::kAllow;
  LabelMatchers matchers;
};

struct LabelDecision {
  Labels labels;
  std::vector<LabelRule> rules;  // of all the user's roles
  TraitMap traits;               // of the user; empty unless an expression may read them
};

// Returns the labels, rules and traits that the user's roles use to decide about a resource of a kind ("node") with
// these labels.
LabelDecision LabelDecisionOf(const AccessChecker& access, std::string_view kind, Labels labels);

// Returns the labels to check for a node: its own labels, and from the decision the labels that a server_info gives
// ("dynamic/team"), which a node does not report.
Labels LabelsToCheck(const Labels& own, const Labels& decided);

// Fails with kAccessDenied when the result of a rule for these labels differs from the decision or cannot be evaluated,
// or when no rule could have allowed the access.
Status CheckSameDecision(const LabelDecision& decision, const Labels& labels);

}  // namespace sallyport
