#include "libresources/access/resource_access.h"

#include <algorithm>
#include <set>

#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using Outcome = Decision::Outcome;

Result<const RoleMatcher*> FirstThat(bool matches, std::span<const RoleMatcher> matchers, const types::RoleV6& role,
                                     RoleCondition condition) {
  for (const RoleMatcher& matcher : matchers) {
    ASSIGN_OR_RETURN(const bool one, matcher.matches(role, condition));
    if (one == matches) return &matcher;
  }
  return nullptr;
}

bool DeviceSuffices(const types::RoleV6& role, const AccessState& state) {
  const bool trusted = !state.check_device || state.device_verified;
  const std::string& mode = role.spec().options().devicetrustmode();
  if (mode == "required") return trusted;
  if (mode == "required-for-humans") return trusted || state.is_bot;
  return true;
}

}  // namespace

RoleMatcher LoginMatcher(std::string login) {
  auto matches = [login](const types::RoleV6& role, RoleCondition condition) -> Result<bool> {
    const auto& part = condition == RoleCondition::kAllow ? role.spec().allow() : role.spec().deny();
    return std::find(part.logins().begin(), part.logins().end(), login) != part.logins().end();
  };
  return {.field = "logins", .wanted = std::move(login), .matches = std::move(matches)};
}

ResourceAccess::ResourceAccess(std::string_view kind, Roles roles, const TraitMap& traits)
    : field_(LabelFieldOf(kind)) {
  for (const auto& role : roles) {
    roles_.push_back({role.get(),
                      {LabelMatchersOf(*role, RoleCondition::kAllow, kind), traits},
                      {LabelMatchersOf(*role, RoleCondition::kDeny, kind), traits}});
  }
}

Result<std::optional<Decision>> ResourceAccess::Denial(const Role& role, const Labels& labels,
                                                       std::span<const RoleMatcher> matchers) const {
  const auto denial = [&](std::string_view field) {
    return Decision{Outcome::kDenied, role.role, RoleCondition::kDeny, field};
  };
  ASSIGN_OR_RETURN(const bool labelled, role.deny.Matches(RoleCondition::kDeny, labels));
  if (labelled) return denial(field_);
  ASSIGN_OR_RETURN(const RoleMatcher* matcher, FirstThat(true, matchers, *role.role, RoleCondition::kDeny));
  if (matcher != nullptr) return denial(matcher->field);
  return std::nullopt;
}

Result<Decision> ResourceAccess::Decide(const Labels& labels, const AccessState& state,
                                        std::span<const RoleMatcher> matchers) const {
  if (state.mfa_required == AccessState::Mfa::kAlways && !state.mfa_verified) return Decision{Outcome::kMfaRequired};
  for (const Role& role : roles_) {
    ASSIGN_OR_RETURN(const auto denial, Denial(role, labels, matchers));
    if (denial) return *denial;
  }
  const bool mfa_suffices = state.mfa_verified || state.mfa_required == AccessState::Mfa::kNever;
  Decision decision;
  for (const Role& role : roles_) {
    ASSIGN_OR_RETURN(const bool labelled, role.allow.Matches(RoleCondition::kAllow, labels));
    if (!labelled) continue;
    ASSIGN_OR_RETURN(const RoleMatcher* unmatched, FirstThat(false, matchers, *role.role, RoleCondition::kAllow));
    if (unmatched != nullptr) continue;
    const auto grant = [&](Outcome outcome) { return Decision{outcome, role.role, RoleCondition::kAllow, field_}; };
    if (mfa_suffices && (!state.check_device || state.device_verified)) return grant(Outcome::kAllowed);
    // Every role that matches may demand more of the user than the others.
    if (!mfa_suffices && role.role->spec().options().requiremfatype() != types::OFF) {
      return grant(Outcome::kMfaRequired);
    }
    if (!DeviceSuffices(*role.role, state)) return grant(Outcome::kDeviceRequired);
    if (!decision.allowed()) decision = grant(Outcome::kAllowed);
  }
  return decision;
}

std::string ResourceAccess::WhyOutOfReach(const Labels& labels, std::string_view plural) const {
  const auto decision = Decide(labels, {});
  if (decision && decision->outcome == Decision::Outcome::kDenied) {
    return fmt::format(" Your role \"{}\" denies access ({}).", decision->RoleName(), decision->Path());
  }
  const auto lacking = Shortfalls(labels);
  if (lacking.empty() || lacking.front().text.empty()) return "";
  return fmt::format(" Your role \"{}\" reaches {} with {}.", lacking.front().role->metadata().name(), plural,
                     lacking.front().text);
}

std::vector<std::string> ResourceAccess::LoginsFor(const Labels& labels) const {
  std::set<std::string> candidates;
  for (const Role& role : roles_) {
    const auto& logins = role.role->spec().allow().logins();
    candidates.insert(logins.begin(), logins.end());
  }
  std::vector<std::string> logins;
  for (const std::string& login : candidates) {
    const RoleMatcher matcher = LoginMatcher(login);
    const auto decision = Decide(labels, {}, {&matcher, 1});
    if (decision && decision->allowed()) logins.push_back(login);
  }
  return logins;
}

std::vector<ResourceAccess::Shortfall> ResourceAccess::Shortfalls(const Labels& labels,
                                                                  std::span<const RoleMatcher> matchers) const {
  std::vector<Shortfall> other_labels;
  std::vector<Shortfall> lacking;
  for (const Role& role : roles_) {
    if (role.allow.empty()) continue;
    const auto labelled = role.allow.Matches(RoleCondition::kAllow, labels);
    if (!labelled || !*labelled) {
      const std::string text = labelled ? role.allow.Lacking(labels) : labelled.error().message;
      other_labels.push_back({role.role, field_, text});
      continue;
    }
    const auto unmatched = FirstThat(false, matchers, *role.role, RoleCondition::kAllow);
    if (unmatched && *unmatched != nullptr) lacking.push_back({role.role, (*unmatched)->field, (*unmatched)->wanted});
  }
  lacking.insert(lacking.end(), other_labels.begin(), other_labels.end());
  return lacking;
}

std::vector<const types::RoleV6*> ResourceAccess::RolesThatAllow(const Labels& labels) const {
  std::vector<const types::RoleV6*> roles;
  for (const Role& role : roles_) {
    const auto matches = role.allow.Matches(RoleCondition::kAllow, labels);
    if (matches && *matches) roles.push_back(role.role);
  }
  return roles;
}

}  // namespace sallyport
