// A decision about something by its labels, so that whoever knows the labels best can check it: the labels that were
// looked at, and what roles say of them.
#pragma once

#include <vector>

#include "libbase/error.h"
#include "libresources/access/access.h"
#include "libresources/matching/labels.h"

namespace sallyport {

// What one role says about labels.
struct LabelRule {
  RoleCondition condition = RoleCondition::kAllow;
  LabelMatchers matchers;
};

struct LabelDecision {
  Labels labels;
  std::vector<LabelRule> rules;  // of all the user's roles
  TraitMap traits;               // of the user; empty unless an expression may ask for them
};

// Returns what a user's roles look at when they decide about a resource of a kind ("node") with these labels.
LabelDecision LabelDecisionOf(const AccessChecker& access, std::string_view kind, Labels labels);

// Returns the labels of a node as the decision should have seen them: its own, and of the decision those that are given
// from outside ("dynamic/team"), which no node says itself.
Labels LabelsToCheck(const Labels& own, const Labels& decided);

// kAccessDenied when a rule answers otherwise for these labels than for those of the decision, or cannot be evaluated,
// or when there is no rule that could have allowed anything.
Status CheckSameDecision(const LabelDecision& decision, const Labels& labels);

}  // namespace sallyport
