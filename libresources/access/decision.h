// Represents a decision about access and its reason: the role and the field that decided.
#pragma once

#include <string>
#include <string_view>

#include "libresources/matching/labels.h"

namespace types {
class RoleV6;
}  // namespace types

namespace sallyport {

struct Decision {
  enum class Outcome {
    kAllowed,
    kDenied,          // a role's deny part matches
    kNotAllowed,      // no role's allow part matches
    kMfaRequired,     // allowed after a second factor
    kDeviceRequired,  // allowed from a trusted device
  };
  Outcome outcome = Outcome::kNotAllowed;
  const types::RoleV6* role = nullptr;  // the role that decided, owned by the checker; nullptr: no role decided
  RoleCondition condition = RoleCondition::kAllow;  // the part of the role that decided
  std::string_view field;                           // of that part: "node_labels", "rules"; static storage
  int index = -1;                                   // of the field's list; -1: the field as a whole

  bool allowed() const { return outcome == Outcome::kAllowed; }
  // Returns the name of the role, or "".
  const std::string& RoleName() const;
  // Returns the field that decided as a path ("spec.deny.rules[2]"), or "".
  std::string Path() const;
};

// Returns "allowed", "denied", "not allowed", "mfa required" or "device required".
std::string_view NameOf(Decision::Outcome outcome);

// Returns the path of a field in a part of a role.
std::string PathOf(RoleCondition condition, std::string_view field, int index = -1);

}  // namespace sallyport
