// Matches labels of resources against the label selectors of roles (node_labels and similar fields).
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

// The label conditions of a role for one kind of resource: a selector, an expression, or both.
struct LabelMatchers {
  LabelSelector selector;
  std::string expression;

  bool empty() const { return selector.empty() && expression.empty(); }
};

enum class RoleCondition { kAllow, kDeny };

// Matches the labels of many resources. Immutable, thread-safe.
//
// A selector matches when the labels have every key with one of its values (*, a glob, or ^regexp$); *: * matches
// everything, an empty selector nothing. When a selector and an expression are set, both must match to allow, and one
// is enough to deny. Without either, nothing matches.
class LabelMatcher {
 public:
  // Takes a role's matchers and the user's traits, which label expressions may ask.
  LabelMatcher(const LabelMatchers& matchers, const TraitMap& traits);

  bool empty() const { return selector_.empty() && !expression_; }
  // Returns whether labels match. Fails with kBadParameter when an expression is invalid and its result is needed.
  Result<bool> Matches(RoleCondition condition, const Labels& labels) const;
  // Returns the part of the selector that the labels lack, as "env: prod"; "" when nothing is missing.
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

// Returns the labels of a resource for display, "a=b,c=d", without system labels; includes the results of commands.
std::string ShownLabels(Labels labels);
template <typename M>
std::string ShownLabels(const M& resource) {
  Labels labels(resource.metadata().labels().begin(), resource.metadata().labels().end());
  for (const auto& [key, command] : resource.spec().dynamiclabels()) labels[key] = command.result();
  return ShownLabels(std::move(labels));
}

}  // namespace sallyport
