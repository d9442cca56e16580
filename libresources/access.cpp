#include "libresources/access.h"

#include <algorithm>

#include "libbase/secret.h"
#include "libresources/presets.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kNoLoginPrefix = "-teleport-nologin-";

// What the reference adds to a refusal, by the kind of resource.
struct DeniedHint {
  std::string_view kind;
  std::string_view text;
};
constexpr DeniedHint kDeniedHints[] = {
    {"node", "Confirm SSH login."},
    {"kube_cluster", "Confirm Kubernetes user or group."},
    {"db", "Confirm database user and name."},
    {"windows_desktop", "Confirm Windows user."},
};

std::unexpected<Error> ResourceDenied(std::string_view kind) {
  std::string_view hint;
  for (const DeniedHint& row : kDeniedHints) {
    if (row.kind == kind) hint = row.text;
  }
  return Fail(ErrorKind::kAccessDenied, "access to {} denied. User does not have permissions. {}", kind, hint);
}

Result<bool> MatchesAll(std::span<const RoleMatcher> matchers, const types::RoleV6& role) {
  for (const RoleMatcher& matcher : matchers) {
    ASSIGN_OR_RETURN(const bool matches, matcher(role, RoleCondition::kAllow));
    if (!matches) return false;
  }
  return true;
}

Result<bool> MatchesAny(std::span<const RoleMatcher> matchers, const types::RoleV6& role) {
  for (const RoleMatcher& matcher : matchers) {
    ASSIGN_OR_RETURN(const bool matches, matcher(role, RoleCondition::kDeny));
    if (matches) return true;
  }
  return false;
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
  return [login = std::move(login)](const types::RoleV6& role, RoleCondition condition) -> Result<bool> {
    const auto& part = condition == RoleCondition::kAllow ? role.spec().allow() : role.spec().deny();
    return std::find(part.logins().begin(), part.logins().end(), login) != part.logins().end();
  };
}

AccessChecker::AccessChecker(std::string user, TraitMap traits, std::vector<std::shared_ptr<const types::RoleV6>> roles)
    : user_(std::move(user)), traits_(std::move(traits)) {
  for (const auto& role : roles) roles_.push_back(ApplyTraits(*role, traits_));
  roles_.push_back(ImplicitRole());
}

std::vector<std::string> AccessChecker::RoleNames() const {
  std::vector<std::string> names;
  for (const auto& role : roles_) {
    if (role->metadata().name() != kImplicitRoleName) names.push_back(role->metadata().name());
  }
  return names;
}

bool AccessChecker::HasRole(std::string_view name) const {
  return std::any_of(roles_.begin(), roles_.end(),
                     [name](const auto& role) { return role->metadata().name() == name; });
}

Status AccessChecker::CheckResourceAccess(std::string_view kind, const Labels& labels, const AccessState& state,
                                          std::span<const RoleMatcher> matchers) const {
  if (state.mfa_required == AccessState::Mfa::kAlways && !state.mfa_verified) {
    return Fail(ErrorKind::kAccessDenied, "{}", kSessionMfaRequired);
  }
  for (const auto& role : roles_) {
    const LabelMatchers deny = LabelMatchersOf(*role, RoleCondition::kDeny, kind);
    ASSIGN_OR_RETURN(const bool labelled, MatchLabels(RoleCondition::kDeny, deny, labels, traits_));
    if (labelled) return ResourceDenied(kind);
    ASSIGN_OR_RETURN(const bool matched, MatchesAny(matchers, *role));
    if (matched) return ResourceDenied(kind);
  }
  const bool mfa_suffices = state.mfa_verified || state.mfa_required == AccessState::Mfa::kNever;
  bool allowed = false;
  for (const auto& role : roles_) {
    const LabelMatchers allow = LabelMatchersOf(*role, RoleCondition::kAllow, kind);
    ASSIGN_OR_RETURN(const bool labelled, MatchLabels(RoleCondition::kAllow, allow, labels, traits_));
    if (!labelled) continue;
    ASSIGN_OR_RETURN(const bool matched, MatchesAll(matchers, *role));
    if (!matched) continue;
    if (mfa_suffices && (!state.check_device || state.device_verified)) return {};
    // Every role that matches may demand more of the user than the others.
    if (!mfa_suffices && role->spec().options().requiremfatype() != types::OFF) {
      return Fail(ErrorKind::kAccessDenied, "{}", kSessionMfaRequired);
    }
    if (!DeviceSuffices(*role, state)) return Fail(ErrorKind::kAccessDenied, "{}", kTrustedDeviceRequired);
    allowed = true;
  }
  if (!allowed) return ResourceDenied(kind);
  return {};
}

Result<std::vector<std::string>> AccessChecker::CheckLogins(Nanoseconds ttl) const {
  std::vector<std::string> logins;
  bool any = false;
  for (const auto& role : roles_) {
    const auto& allowed = role->spec().allow().logins();
    any = any || !allowed.empty();
    if (ttl.count() > role->spec().options().maxsessionttl()) continue;
    for (const std::string& login : allowed) {
      if (std::find(logins.begin(), logins.end(), login) == logins.end()) logins.push_back(login);
    }
  }
  if (!logins.empty()) return logins;
  if (any) {
    return FailWithHint(ErrorKind::kAccessDenied,
                        fmt::format("this user cannot request a certificate for {}", FormatDuration(ttl)),
                        "ask for a shorter one");
  }
  return std::vector{std::string(kNoLoginPrefix) + RandomUuid()};
}

std::vector<std::string> AccessChecker::LoginsFor(std::string_view kind, const Labels& labels) const {
  std::set<std::string> candidates;
  for (const auto& role : roles_) {
    candidates.insert(role->spec().allow().logins().begin(), role->spec().allow().logins().end());
  }
  std::vector<std::string> logins;
  for (const std::string& login : candidates) {
    const RoleMatcher matcher = LoginMatcher(login);
    if (CheckResourceAccess(kind, labels, {}, {&matcher, 1})) logins.push_back(login);
  }
  return logins;
}

}  // namespace sallyport
