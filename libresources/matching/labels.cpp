#include "libresources/matching/labels.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "libresources/matching/pattern.h"
#include "teleport/legacy/types/wrappers/wrappers.pb.h"

namespace sallyport {
namespace {

// The fields of label expressions: labels, and the user's traits.
class LabelFields : public PredicateFields {
 public:
  LabelFields(const Labels& labels, const Value& traits) : labels_(labels), traits_(traits) {}

  Result<Value> Lookup(std::span<const std::string> path) const override {
    if (path[0] == "labels" && path.size() == 2) {
      const auto found = labels_.find(path[1]);
      return found == labels_.end() ? Value() : Value(found->second);
    }
    Value fields = Value::EmptyMap();
    Value& labels = fields.Set("labels", Value::EmptyMap());
    for (const auto& [key, value] : labels_) labels.mutable_map().emplace_back(key, Value(value));
    fields.Set("user", Value::EmptyMap()).Set("spec", Value::EmptyMap()).Set("traits", traits_);
    return ValueFields(std::move(fields)).Lookup(path);
  }

 private:
  const Labels& labels_;
  const Value& traits_;
};

}  // namespace

LabelMatcher::LabelMatcher(const LabelMatchers& matchers, const TraitMap& traits) {
  for (const auto& [key, values] : matchers.selector) {
    const bool any = std::find(values.begin(), values.end(), kWildcard) != values.end();
    selector_.push_back({key, {values.begin(), values.end()}, any});
    all_ = all_ || (any && key == kWildcard && values.size() == 1);
  }
  if (matchers.expression.empty()) return;
  expression_ = Predicate::Parse(matchers.expression, PredicateDialect::kLabels);
  traits_ = Value::EmptyMap();
  for (const auto& [key, values] : traits) traits_.mutable_map().emplace_back(key, Value::Strings(values));
}

Result<bool> LabelMatcher::KeyMatches(const Key& key, const Labels& labels) {
  const auto label = labels.find(key.key);
  if (label == labels.end()) return false;
  if (key.any) return true;
  for (const ValueExpression& value : key.values) {
    ASSIGN_OR_RETURN(const bool matches, value.Matches(label->second));
    if (matches) return true;
  }
  return false;
}

Result<bool> LabelMatcher::SelectorMatches(const Labels& labels) const {
  if (all_) return true;
  for (const Key& key : selector_) {
    ASSIGN_OR_RETURN(const bool matches, KeyMatches(key, labels));
    if (!matches) return false;
  }
  return true;
}

Result<bool> LabelMatcher::Matches(RoleCondition condition, const Labels& labels) const {
  if (!selector_.empty()) {
    ASSIGN_OR_RETURN(const bool matches, SelectorMatches(labels));
    if (matches == (condition == RoleCondition::kDeny) || !expression_) return matches;
  }
  if (!expression_) return false;
  if (!*expression_) return std::unexpected(expression_->error());
  return (*expression_)->Evaluate(LabelFields(labels, traits_));
}

std::string LabelMatcher::Lacking(const Labels& labels) const {
  if (all_) return {};
  for (const Key& key : selector_) {
    const auto matches = KeyMatches(key, labels);
    if (matches && *matches) continue;
    std::vector<std::string_view> wanted;
    for (const ValueExpression& value : key.values) wanted.push_back(value.text());
    return fmt::format("{}: {}", key.key, fmt::join(wanted, " or "));
  }
  return {};
}

LabelSelector ToSelector(const wrappers::LabelValues& labels) {
  LabelSelector selector;
  for (const auto& [key, values] : labels.values()) {
    selector.emplace(key, std::vector<std::string>(values.values().begin(), values.values().end()));
  }
  return selector;
}

std::string ShownLabels(Labels labels) {
  std::string text;
  for (const auto& [key, value] : labels) {
    if (key.starts_with("teleport.internal/") || key.starts_with("teleport.hidden/")) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
  }
  return text;
}

}  // namespace sallyport
