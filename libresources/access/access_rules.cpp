#include <algorithm>
#include <functional>

#include "libresources/access/access.h"
#include "libresources/matching/pattern.h"
#include "libresources/matching/predicate.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

bool Has(const google::protobuf::RepeatedPtrField<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// The right to read includes the right to read without secrets.
bool HasVerb(const types::Rule& rule, std::string_view verb) {
  if (Has(rule.verbs(), kWildcard) || Has(rule.verbs(), verb)) return true;
  return verb == "readnosecrets" && Has(rule.verbs(), "read");
}

// How specific a rule is: conditions count most, wildcards least.
int ScoreOf(const types::Rule& rule) {
  int score = 0;
  if (Has(rule.resources(), kWildcard)) {
    score -= 4;
  } else if (rule.resources_size() == 1) {
    score += 2;
  }
  if (Has(rule.verbs(), kWildcard)) score -= 2;
  if (!rule.where().empty()) score += 8;
  if (!rule.actions().empty()) score += 8;
  return score;
}

// Returns the places of the rules that name a resource, the most specific first.
std::vector<int> RulesFor(const types::RoleConditions& part, std::string_view resource) {
  std::vector<int> rules;
  for (int i = 0; i < part.rules_size(); ++i) {
    if (Has(part.rules(i).resources(), resource)) rules.push_back(i);
  }
  std::ranges::stable_sort(rules, std::greater(), [&part](int i) { return ScoreOf(part.rules(i)); });
  return rules;
}

class Fields : public ValueFields {
 public:
  Fields(Value fields, bool can_view) : ValueFields(std::move(fields)), can_view_(can_view) {}
  bool CanView() const override { return can_view_; }

 private:
  bool can_view_;
};

// Decides whether a rule's condition holds; without fields, `unknown` says so for every condition.
struct Where {
  const PredicateFields* fields;
  bool unknown;

  Result<bool> Holds(const types::Rule& rule) const {
    if (rule.where().empty()) return true;
    if (fields == nullptr) return unknown;
    ASSIGN_OR_RETURN(const Predicate predicate, Predicate::Parse(rule.where(), PredicateDialect::kWhere));
    return predicate.Evaluate(*fields);
  }
};

// Returns the place of the rule of a part that matches, or -1.
Result<int> MatchingRule(const types::RoleConditions& part, std::string_view kind, std::string_view verb,
                         const Where& where) {
  for (const std::string_view resource : {kind, kWildcard}) {
    for (const int rule : RulesFor(part, resource)) {
      // Checks the verb first: a condition that cannot be decided matters only for the verbs of its rule.
      if (!HasVerb(part.rules(rule), verb)) continue;
      ASSIGN_OR_RETURN(const bool holds, where.Holds(part.rules(rule)));
      if (holds) return rule;
    }
  }
  return -1;
}

// Decides by the rules of roles, with the conditions of deny and allow rules read as given.
Result<Decision> DecideBy(const std::vector<std::shared_ptr<const types::RoleV6>>& roles, std::string_view kind,
                          std::string_view verb, const Where& deny, const Where& allow) {
  for (const auto& role : roles) {
    ASSIGN_OR_RETURN(const int rule, MatchingRule(role->spec().deny(), kind, verb, deny));
    if (rule >= 0) return Decision{Decision::Outcome::kDenied, role.get(), RoleCondition::kDeny, "rules", rule};
  }
  for (const auto& role : roles) {
    ASSIGN_OR_RETURN(const int rule, MatchingRule(role->spec().allow(), kind, verb, allow));
    if (rule >= 0) return Decision{Decision::Outcome::kAllowed, role.get(), RoleCondition::kAllow, "rules", rule};
  }
  return Decision{};
}

Status ToStatus(const Result<Decision>& decision, std::string_view kind, std::string_view verb) {
  if (!decision) return std::unexpected(decision.error());
  if (decision->allowed()) return {};
  return Fail(ErrorKind::kAccessDenied, "access denied to perform action \"{}\" on \"{}\"", verb, kind);
}

}  // namespace

Value AccessChecker::ConditionFields(const RuleContext& context) const {
  Value traits = Value::EmptyMap();
  for (const auto& [key, values] : traits_) traits.mutable_map().emplace_back(key, Value::Strings(values));

  Value fields = Value::EmptyMap();
  Value& user = fields.Set("user", Value::EmptyMap());
  user.Set("metadata", Value::EmptyMap()).Set("name", user_);
  Value& spec = user.Set("spec", Value::EmptyMap());
  spec.Set("roles", Value::Strings(RoleNames()));
  spec.Set("traits", std::move(traits));

  fields.Set("resource", context.resource);
  fields.Set("session", context.session);
  fields.Set("ssh_session", context.ssh_session);
  fields.Set("session_tracker", context.session_tracker);
  fields.Set("host_cert", context.host_cert);
  fields.Set("impersonate_user", context.impersonate_user);
  fields.Set("impersonate_role", context.impersonate_role);
  fields.Set("system", Value::EmptyMap()).Set("catype", context.ca_type);

  const Value* const metadata = context.resource.Find("metadata");
  const Value* const name = metadata == nullptr ? nullptr : metadata->Find("name");
  fields.Set("name", name == nullptr ? Value() : *name);
  return fields;
}

Result<Decision> AccessChecker::DecideRule(std::string_view kind, std::string_view verb,
                                           const RuleContext* context) const {
  std::optional<Fields> fields;
  if (context != nullptr) fields.emplace(ConditionFields(*context), context->can_view);
  const PredicateFields* const known = fields ? &*fields : nullptr;
  return DecideBy(roles_, kind, verb, {known, false}, {known, true});
}

Status AccessChecker::CheckRule(std::string_view kind, std::string_view verb, const RuleContext& context) const {
  return ToStatus(DecideRule(kind, verb, &context), kind, verb);
}

Status AccessChecker::GuessRule(std::string_view kind, std::string_view verb) const {
  return ToStatus(DecideRule(kind, verb, nullptr), kind, verb);
}

Status AccessChecker::CheckWholeRule(std::string_view kind, std::string_view verb) const {
  return ToStatus(DecideBy(roles_, kind, verb, {nullptr, true}, {nullptr, false}), kind, verb);
}

// A rule that cannot be evaluated counts as one that denies.
bool AccessChecker::RuleDenies(std::string_view kind, std::string_view verb, const RuleContext& context) const {
  const auto decision = DecideRule(kind, verb, &context);
  return !decision || decision->outcome == Decision::Outcome::kDenied;
}

}  // namespace sallyport
