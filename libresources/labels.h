// Label selectors: which resources a role reaches (node_labels and the like).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libresources/templates.h"

namespace wrappers {
class LabelValues;
}  // namespace wrappers

namespace sallyport {

using Labels = std::map<std::string, std::string>;
using LabelSelector = std::map<std::string, std::vector<std::string>>;

// What a role says about the labels of one kind of resource: a selector, an expression, or both.
struct LabelMatchers {
  LabelSelector selector;
  std::string expression;

  bool empty() const { return selector.empty() && expression.empty(); }
};

// Returns whether labels satisfy a selector. An empty selector matches nothing, *: * everything; else every key must be
// there with one of its values (*, a glob, or ^regexp$). kBadParameter when a regular expression is wrong.
Result<bool> MatchSelector(const LabelSelector& selector, const Labels& labels);

// Returns whether a role's selector and expression match: to allow, both that are given must match; to deny, one is
// enough. Nothing given matches nothing.
enum class RoleCondition { kAllow, kDeny };
Result<bool> MatchLabels(RoleCondition condition, const LabelMatchers& matchers, const Labels& labels,
                         const TraitMap& traits);

// Returns a message's label values as a map.
LabelSelector ToSelector(const wrappers::LabelValues& labels);

}  // namespace sallyport
