#include "libresources/labels.h"

#include "libresources/pattern.h"
#include "libresources/predicate.h"
#include "teleport/legacy/types/wrappers/wrappers.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kWildcard = "*";

Result<bool> MatchesAny(std::string_view value, const std::vector<std::string>& expressions) {
  for (const std::string& expression : expressions) {
    if (expression == kWildcard) return true;
    ASSIGN_OR_RETURN(const bool matches, MatchesExpression(value, expression));
    if (matches) return true;
  }
  return false;
}

Value FieldsOf(const Labels& labels, const TraitMap& traits) {
  Value label_map = Value::EmptyMap();
  for (const auto& [key, value] : labels) label_map.mutable_map().emplace_back(key, Value(value));
  Value trait_map = Value::EmptyMap();
  for (const auto& [key, values] : traits) trait_map.mutable_map().emplace_back(key, Value::Strings(values));
  Value fields = Value::EmptyMap();
  fields.Set("labels", std::move(label_map));
  fields.Set("user", Value::EmptyMap()).Set("spec", Value::EmptyMap()).Set("traits", std::move(trait_map));
  return fields;
}

Result<bool> MatchExpression(const std::string& expression, const Labels& labels, const TraitMap& traits) {
  ASSIGN_OR_RETURN(const Predicate predicate, Predicate::Parse(expression, PredicateDialect::kLabels));
  return predicate.Evaluate(ValueFields(FieldsOf(labels, traits)));
}

}  // namespace

Result<bool> MatchSelector(const LabelSelector& selector, const Labels& labels) {
  if (selector.empty()) return false;
  const auto all = selector.find(std::string(kWildcard));
  if (all != selector.end() && all->second.size() == 1 && all->second[0] == kWildcard) return true;
  for (const auto& [key, expressions] : selector) {
    const auto label = labels.find(key);
    if (label == labels.end()) return false;
    ASSIGN_OR_RETURN(const bool matches, MatchesAny(label->second, expressions));
    if (!matches) return false;
  }
  return true;
}

Result<bool> MatchLabels(RoleCondition condition, const LabelMatchers& matchers, const Labels& labels,
                         const TraitMap& traits) {
  if (matchers.empty()) return false;
  const bool deny = condition == RoleCondition::kDeny;
  if (!matchers.selector.empty()) {
    ASSIGN_OR_RETURN(const bool matches, MatchSelector(matchers.selector, labels));
    if (matches == deny || matchers.expression.empty()) return matches;
  }
  if (matchers.expression.empty()) return false;
  return MatchExpression(matchers.expression, labels, traits);
}

LabelSelector ToSelector(const wrappers::LabelValues& labels) {
  LabelSelector selector;
  for (const auto& [key, values] : labels.values()) {
    selector.emplace(key, std::vector<std::string>(values.values().begin(), values.values().end()));
  }
  return selector;
}

}  // namespace sallyport
