#include <algorithm>

#include <fmt/ranges.h>

#include "libresources/access/access.h"
#include "libresources/codec/codec.h"
#include "libresources/matching/pattern.h"
#include "libresources/matching/predicate.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;
using Roles = std::span<const std::shared_ptr<const types::RoleV6>>;

Result<bool> MatchesAny(const Strings& expressions, const std::string& name) {
  for (const std::string& expression : expressions) {
    ASSIGN_OR_RETURN(const bool matches, MatchesExpression(name, expression));
    if (matches) return true;
  }
  return false;
}

std::string NamesOf(Roles roles) {
  std::vector<std::string> names;
  for (const auto& role : roles) names.push_back(role->metadata().name());
  return fmt::format("{}", fmt::join(names, ", "));
}

// The subject of a condition; without another user, the condition is about roles alone.
struct Question {
  const types::UserV2& current;
  const types::UserV2* other;
  Roles roles;

  // Conditions with users apply to users, conditions without users to roles alone.
  bool Concerns(const types::ImpersonateConditions& condition) const {
    return !condition.roles().empty() && condition.users().empty() == (other == nullptr);
  }

  Result<bool> WhereHolds(const types::ImpersonateConditions& condition, const types::RoleV6& role) const {
    if (condition.where().empty()) return true;
    ASSIGN_OR_RETURN(const Predicate predicate, Predicate::Parse(condition.where(), PredicateDialect::kWhere));
    Value fields = Value::EmptyMap();
    fields.Set("user", EncodeMessage(current));
    fields.Set("impersonate_user", other == nullptr ? Value() : EncodeMessage(*other));
    fields.Set("impersonate_role", EncodeMessage(role));
    return predicate.Evaluate(ValueFields(std::move(fields)));
  }

  Result<bool> Allowed(const types::ImpersonateConditions& condition) const {
    if (!Concerns(condition)) return false;
    if (other != nullptr) {
      ASSIGN_OR_RETURN(const bool user_matches, MatchesAny(condition.users(), other->metadata().name()));
      if (!user_matches) return false;
    }
    for (const auto& role : roles) {
      ASSIGN_OR_RETURN(const bool role_matches, MatchesAny(condition.roles(), role->metadata().name()));
      if (!role_matches) return false;
      ASSIGN_OR_RETURN(const bool holds, WhereHolds(condition, *role));
      if (!holds) return false;
    }
    return true;
  }

  // One match is enough to deny.
  Result<bool> Denied(const types::ImpersonateConditions& condition) const {
    if (!Concerns(condition)) return false;
    if (other != nullptr) {
      ASSIGN_OR_RETURN(const bool user_matches, MatchesAny(condition.users(), other->metadata().name()));
      if (user_matches) return true;
    }
    for (const auto& role : roles) {
      ASSIGN_OR_RETURN(const bool role_matches, MatchesAny(condition.roles(), role->metadata().name()));
      if (role_matches) return true;
    }
    return false;
  }

  Result<bool> Decide(Roles own_roles) const {
    for (const auto& role : own_roles) {
      ASSIGN_OR_RETURN(const bool denied, Denied(role->spec().deny().impersonate()));
      if (denied) return false;
    }
    for (const auto& role : own_roles) {
      ASSIGN_OR_RETURN(const bool allowed, Allowed(role->spec().allow().impersonate()));
      if (allowed) return true;
    }
    return false;
  }
};

}  // namespace

Status AccessChecker::CheckImpersonate(const types::UserV2& current, const types::UserV2& other,
                                       Roles other_roles) const {
  const Question question{.current = current, .other = &other, .roles = other_roles};
  ASSIGN_OR_RETURN(const bool allowed, question.Decide(roles_));
  if (allowed) return {};
  return Fail(ErrorKind::kAccessDenied, "access denied to '{}' to impersonate user '{}' and roles '{}'",
              current.metadata().name(), other.metadata().name(), NamesOf(other_roles));
}

Status AccessChecker::CheckImpersonateRoles(const types::UserV2& current, Roles roles) const {
  const Question question{.current = current, .other = nullptr, .roles = roles};
  ASSIGN_OR_RETURN(const bool allowed, question.Decide(roles_));
  if (allowed) return {};
  return Fail(ErrorKind::kAccessDenied, "access denied to '{}' to impersonate roles '{}'", current.metadata().name(),
              NamesOf(roles));
}

bool AccessChecker::CanImpersonateSomeone() const {
  return std::any_of(roles_.begin(), roles_.end(), [](const auto& role) {
    const auto& condition = role->spec().allow().impersonate();
    return !condition.users().empty() || !condition.roles().empty();
  });
}

}  // namespace sallyport
