// Label selectors: which resources a role reaches (node_labels and the like).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libresources/matching/pattern.h"
#include "libresources/matching/predicate.h"
#include "libresources/matching/templates.h"

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

enum class RoleCondition { kAllow, kDeny };

// Decides about the labels of many resources; immutable, safe from several threads.
//
// A selector matches when every key is there with one of its values (*, a glob, or ^regexp$); *: * matches everything,
// an empty selector nothing. Where a selector and an expression are given, to allow, both must match; to deny, one is
// enough. Nothing given matches nothing.
class LabelMatcher {
 public:
  // Takes a role's matchers and the user's traits, which label expressions may ask.
  LabelMatcher(const LabelMatchers& matchers, const TraitMap& traits);

  bool empty() const { return selector_.empty() && !expression_; }
  // kBadParameter when an expression is wrong and its answer is needed.
  Result<bool> Matches(RoleCondition condition, const Labels& labels) const;
  // Returns what of the selector labels lack, as "env: prod"; "" when they lack nothing.
  std::string Lacking(const Labels& labels) const;

 private:
  struct Key {
    std::string key;
    std::vector<ValueExpression> values;
    bool any;  // one of the values is *
  };
  Result<bool> SelectorMatches(const Labels& labels) const;
  static Result<bool> KeyMatches(const Key& key, const Labels& labels);

  std::vector<Key> selector_;
  bool all_ = false;  // *: *
  std::optional<Result<Predicate>> expression_;
  Value traits_;
};

// Returns a message's label values as a map.
LabelSelector ToSelector(const wrappers::LabelValues& labels);

// Returns the labels of a resource as people see them, "a=b,c=d", without those of the system; the results of commands
// stand among them.
std::string ShownLabels(Labels labels);
template <typename M>
std::string ShownLabels(const M& resource) {
  Labels labels(resource.metadata().labels().begin(), resource.metadata().labels().end());
  for (const auto& [key, command] : resource.spec().dynamiclabels()) labels[key] = command.result();
  return ShownLabels(std::move(labels));
}

}  // namespace sallyport
