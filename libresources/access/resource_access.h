// Which resources of one kind a user's roles reach by labels, ready to be asked about many of them.
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

// What is known about the connection, for roles that demand more than a certificate.
struct AccessState {
  enum class Mfa { kNever, kPerRole, kAlways };
  Mfa mfa_required = Mfa::kNever;  // AccessChecker::RequiredMfa
  bool mfa_verified = false;
  bool check_device = false;  // whether roles' device_trust_mode counts at all
  bool device_verified = false;
  bool is_bot = false;
};

// A further condition on a role: whether its allow or its deny part matches what is asked for.
struct RoleMatcher {
  std::string_view field;  // where the role says it: "logins"; static storage
  std::string wanted;      // what is asked for: "root"
  std::function<Result<bool>(const types::RoleV6&, RoleCondition)> matches;
};
RoleMatcher LoginMatcher(std::string login);

// Holds what roles say about one kind, labels compiled. Refers to the roles, which must outlive it; immutable, safe
// from several threads.
class ResourceAccess {
 public:
  using Roles = std::span<const std::shared_ptr<const types::RoleV6>>;
  // Takes roles with their templates applied and the traits that label expressions may ask.
  ResourceAccess(std::string_view kind, Roles roles, const TraitMap& traits);

  // Decides. Deny passes over all roles first; one role must then allow labels and every matcher. An expression that
  // cannot be evaluated is an error, which denies.
  Result<Decision> Decide(const Labels& labels, const AccessState& state,
                          std::span<const RoleMatcher> matchers = {}) const;

  // Returns the logins that a role allows and none denies on a node with these labels, sorted.
  std::vector<std::string> LoginsFor(const Labels& labels) const;

  // What a role lacks to allow.
  struct Shortfall {
    const types::RoleV6* role;
    std::string_view field;  // "node_labels", "logins"; static storage
    std::string text;        // "env: prod" that the labels are not; "root" that the field does not name
  };
  // Returns for each role that speaks of the kind what its allow part lacks, the role that lacks least first.
  std::vector<Shortfall> Shortfalls(const Labels& labels, std::span<const RoleMatcher> matchers = {}) const;
  // Returns why a user does not reach something with these labels, as far as the user may know it: a sentence about
  // one's own role that starts with a space, or "". `plural` names such things ("clusters").
  std::string WhyOutOfReach(const Labels& labels, std::string_view plural) const;
  // Returns the roles whose labels allow.
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

// Returns what a role says about the labels of a kind of resource; nothing for kinds that labels do not restrict.
LabelMatchers LabelMatchersOf(const types::RoleV6& role, RoleCondition condition, std::string_view kind);
// Returns the field of it: "node_labels"; "" for such kinds.
std::string_view LabelFieldOf(std::string_view kind);

}  // namespace sallyport
