#include "libresources/access/access.h"

#include <algorithm>

#include "libbase/secret.h"
#include "libresources/access/presets.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kNoLoginPrefix = "-teleport-nologin-";

// The text that Teleport adds to a refusal, by the kind of resource.
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
  return Fail(ErrorKind::kAccessDenied, "access to {} denied. User does not have permissions.{}{}", kind,
              hint.empty() ? "" : " ", hint);
}

}  // namespace

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
  ASSIGN_OR_RETURN(const Decision decision, AccessTo(kind).Decide(labels, state, matchers));
  switch (decision.outcome) {
    case Decision::Outcome::kAllowed:
      return {};
    case Decision::Outcome::kMfaRequired:
      return Fail(ErrorKind::kAccessDenied, "{}", kSessionMfaRequired);
    case Decision::Outcome::kDeviceRequired:
      return Fail(ErrorKind::kAccessDenied, "{}", kTrustedDeviceRequired);
    case Decision::Outcome::kDenied:
    case Decision::Outcome::kNotAllowed:
      break;
  }
  return ResourceDenied(kind);
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
                        "ask for a shorter lifetime");
  }
  return std::vector{std::string(kNoLoginPrefix) + RandomUuid()};
}

}  // namespace sallyport
