// Decides which resources of one kind a user's roles reach by labels; prepared once for checks of many resources.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libresources/access/decision.h"
#include "libresources/matching/labels.h"

namespace sallyport {

// The state of the connection, for roles that require more than a certificate.
struct AccessState {
  enum class Mfa { kNever, kPerRole, kAlways };
  Mfa mfa_required = Mfa::kNever;  // AccessChecker::RequiredMfa
  bool mfa_verified = false;
  bool check_device = false;  // whether roles' device_trust_mode counts at all
  bool device_verified = false;
  bool is_bot = false;
};

// A further condition on a role: whether its allow or its deny part matches the request.
struct RoleMatcher {
  std::string_view field;  // the field of the role: "logins"; static storage
  std::string wanted;      // the requested value: "root"
  std::function<Result<bool>(const types::RoleV6&, RoleCondition)> matches;
};
RoleMatcher LoginMatcher(std::string login);

// Holds the compiled label conditions of roles for one kind. The roles must outlive this object. Immutable,
// thread-safe.
class ResourceAccess {
 public:
  using Roles = std::span<const std::shared_ptr<const types::RoleV6>>;
  // Takes roles with their templates applied and the traits that label expressions may read.
  ResourceAccess(std::string_view kind, Roles roles, const TraitMap& traits);

  // Decides about one resource. Checks the deny parts of all roles first; one role must then allow labels and every
  // matcher. An expression that cannot be evaluated is an error, which denies.
  Result<Decision> Decide(const Labels& labels, const AccessState& state,
                          std::span<const RoleMatcher> matchers = {}) const;

  // Returns the logins that a role allows and none denies on a node with these labels, sorted.
  std::vector<std::string> LoginsFor(const Labels& labels) const;

  // The missing part of a role that would have to allow the access.
  struct Shortfall {
    const types::RoleV6* role;
    std::string_view field;  // "node_labels", "logins"; static storage
    std::string text;        // "env: prod" missing in the labels; "root" missing in the field
  };
  // Returns what the allow part lacks, for each role with conditions on the kind; the role that lacks least first.
  std::vector<Shortfall> Shortfalls(const Labels& labels, std::span<const RoleMatcher> matchers = {}) const;
  // Returns why a user does not reach a resource with these labels, as far as the user may know: a sentence about a
  // role of the user that starts with a space, or "". `plural` names the resources ("clusters").
  std::string WhyOutOfReach(const Labels& labels, std::string_view plural) const;
  // Returns the roles whose label conditions allow the labels.
  std::vector<const types::RoleV6*> RolesThatAllow(const Labels& labels) const;

 private:
  struct Role {
    const types::RoleV6* role;
    LabelMatcher allow;
    LabelMatcher deny;
  };
  Result<std::optional<Decision>> Denial(const Role& role, const Labels& labels,
                                         std::span<const RoleMatcher> matchers) const;

  std::vector<Role> roles_;
  std::string_view field_;
};

// Returns the label conditions of a role for a kind of resource; empty for kinds that labels do not restrict.
LabelMatchers LabelMatchersOf(const types::RoleV6& role, RoleCondition condition, std::string_view kind);
// Returns the field of a role with these conditions: "node_labels"; "" for kinds that labels do not restrict.
std::string_view LabelFieldOf(std::string_view kind);

}  // namespace sallyport
