#include "libresources/access/decision.h"

#include "teleport/legacy/types/role.pb.h"

namespace sallyport {

const std::string& Decision::RoleName() const {
  static const std::string none;
  return role == nullptr ? none : role->metadata().name();
}

std::string Decision::Path() const { return role == nullptr ? std::string() : PathOf(condition, field, index); }

std::string_view NameOf(Decision::Outcome outcome) {
  switch (outcome) {
    case Decision::Outcome::kAllowed:
      return "allowed";
    case Decision::Outcome::kDenied:
      return "denied";
    case Decision::Outcome::kNotAllowed:
      return "not allowed";
    case Decision::Outcome::kMfaRequired:
      return "mfa required";
    case Decision::Outcome::kDeviceRequired:
      return "device required";
  }
  return "";
}

std::string PathOf(RoleCondition condition, std::string_view field, int index) {
  std::string path = fmt::format("spec.{}.{}", condition == RoleCondition::kAllow ? "allow" : "deny", field);
  if (index >= 0) path += fmt::format("[{}]", index);
  return path;
}

}  // namespace sallyport
