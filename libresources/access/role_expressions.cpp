#include "libbase/text.h"
#include "libbase/time.h"
#include "libresources/access/access.h"
#include "libresources/access/request_reviews.h"
#include "libresources/access/resource_access.h"
#include "libresources/access/role.h"
#include "libresources/matching/predicate.h"
#include "libresources/matching/role_patterns.h"
#include "libresources/matching/templates.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kLabelledKinds[] = {"node",       "kube_cluster",    "app",        "remote_cluster",   "db",
                                               "db_service", "windows_desktop", "user_group", "workload_identity"};
constexpr Nanoseconds kMaxRequestDuration = std::chrono::hours(14 * 24);

Status CheckExpression(const std::string& path, const std::string& text, PredicateDialect dialect) {
  if (text.empty()) return {};
  const auto parsed = Predicate::Parse(text, dialect);
  if (!parsed) return std::unexpected(InContext(path, parsed.error()));
  return {};
}

Status CheckTemplates(const std::string& path, const google::protobuf::RepeatedPtrField<std::string>& texts) {
  int index = 0;
  for (const std::string& text : texts) {
    const auto parsed = Template::Parse(text);
    if (!parsed) return std::unexpected(InContext(fmt::format("{}[{}]", path, index), parsed.error()));
    ++index;
  }
  return {};
}

Status CheckPart(const std::string& part, const types::RoleConditions& condition) {
  int index = 0;
  for (const types::Rule& rule : condition.rules()) {
    const std::string path = fmt::format("spec.{}.rules[{}].where", part, index++);
    RETURN_IF_ERROR(CheckExpression(path, rule.where(), PredicateDialect::kWhere));
  }
  const std::string prefix = fmt::format("spec.{}.", part);
  RETURN_IF_ERROR(
      CheckExpression(prefix + "impersonate.where", condition.impersonate().where(), PredicateDialect::kWhere));
  RETURN_IF_ERROR(CheckTemplates(prefix + "logins", condition.logins()));
  RETURN_IF_ERROR(CheckTemplates(prefix + "kubernetes_groups", condition.kubegroups()));
  return CheckTemplates(prefix + "kubernetes_users", condition.kubeusers());
}

// Lists of roles that may be asked for or reviewed.
Status CheckRoleLists(const std::string& part, const types::RoleConditions& condition) {
  const auto check = [&](std::string_view field, const auto& conditions) -> Status {
    const Status added = RolePatterns().Add(conditions.roles(), conditions.claimstoroles(), {});
    if (!added) return std::unexpected(InContext(fmt::format("spec.{}.{}.roles", part, field), added.error()));
    return {};
  };
  RETURN_IF_ERROR(check("request", condition.request()));
  return check("review_requests", condition.reviewrequests());
}

// Finds what Teleport refuses in the conditions of access requests, whose thresholds and reasons belong to the allow
// part.
Status CheckRequests(const types::RoleSpecV6& spec) {
  if (!spec.deny().request().thresholds().empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "spec.deny.request.thresholds is not supported",
                        "set how many denials end a request in spec.allow.request.thresholds");
  }
  if (!spec.deny().request().reason().mode().empty()) {
    return Fail(ErrorKind::kBadParameter, "spec.deny.request.reason is not supported");
  }
  const std::string& mode = spec.allow().request().reason().mode();
  if (!mode.empty() && mode != "required" && mode != "optional") {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("spec.allow.request.reason.mode: unknown mode \"{}\"", StripControl(mode)),
                        "one of required, optional");
  }
  if (Nanoseconds(spec.allow().request().maxduration()) > kMaxRequestDuration) {
    return Fail(ErrorKind::kBadParameter, "spec.allow.request.max_duration is longer than 14 days");
  }
  return {};
}

// Expressions over labels of one side, and labels that come too late to deny by.
Status CheckLabels(const types::RoleV6& role, RoleCondition condition) {
  for (const std::string_view kind : kLabelledKinds) {
    const LabelMatchers matchers = LabelMatchersOf(role, condition, kind);
    const std::string field =
        fmt::format("spec.{}.{}", condition == RoleCondition::kAllow ? "allow" : "deny", LabelFieldOf(kind));
    RETURN_IF_ERROR(CheckExpression(field + "_expression", matchers.expression, PredicateDialect::kLabels));
    if (condition == RoleCondition::kAllow) continue;
    for (const auto& [key, values] : matchers.selector) {
      if (!key.starts_with("dynamic/")) continue;
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("{}: the label \"{}\" is dynamic", field, StripControl(key)),
                          "deny by labels that do not change");
    }
  }
  return {};
}

}  // namespace

Status CheckNewRole(const google::protobuf::Message& resource) {
  const auto& role = static_cast<const types::RoleV6&>(resource);
  // The second option includes the first; agents of older versions may read roles that have both.
  if (role.spec().options().has_portforwarding() && role.spec().options().has_sshportforwarding()) {
    return FailWithHint(ErrorKind::kBadParameter,
                        "spec.options has both port_forwarding and ssh_port_forwarding, and only one can be set",
                        "leave port_forwarding out");
  }
  RETURN_IF_ERROR(CheckRequests(role.spec()));
  RETURN_IF_ERROR(CheckRoleLists("allow", role.spec().allow()));
  RETURN_IF_ERROR(CheckRoleLists("deny", role.spec().deny()));
  RETURN_IF_ERROR(CheckReviewConditions(role));
  RETURN_IF_ERROR(CheckPart("deny", role.spec().deny()));
  return CheckLabels(role, RoleCondition::kDeny);
}

Status CheckAllowances(const google::protobuf::Message& resource) {
  const auto& role = static_cast<const types::RoleV6&>(resource);
  RETURN_IF_ERROR(CheckPart("allow", role.spec().allow()));
  return CheckLabels(role, RoleCondition::kAllow);
}

}  // namespace sallyport
