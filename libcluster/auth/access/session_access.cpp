#include "libcluster/auth/access/session_access.h"

#include <algorithm>
#include <iterator>

#include "libbase/value_fields.h"
#include "libresources/access/access.h"

namespace sallyport {
namespace {

// The resource of a session, by the protocol of its events, and the event fields that describe the resource.
struct Target {
  std::string_view protocol;
  std::string_view kind;
  std::string_view version;
  std::string_view name;
  std::string_view labels;
};
constexpr Target kTargets[] = {
    {"ssh", "node", "v2", "server_id", "server_labels"},
    {"kube", "kube_cluster", "v3", "kubernetes_cluster", "kubernetes_labels"},
};

Labels LabelsAt(const Value& event, std::string_view field) {
  Labels labels;
  const Value* const found = event.Find(field);
  if (found == nullptr || !found->is_map()) return labels;
  for (const auto& [key, value] : found->as_map()) {
    if (value.is_string()) labels.emplace(key, value.as_string());
  }
  return labels;
}

// The resource during the session: its labels may have changed since, or it may no longer exist.
Value ResourceOf(const Target& target, const Labels& labels, const Value& end) {
  Value resource = Value::EmptyMap();
  resource.Set("kind", target.kind);
  resource.Set("version", target.version);
  Value& metadata = resource.Set("metadata", Value::EmptyMap());
  metadata.Set("name", TextAt(end, target.name));
  Value& kept = metadata.Set("labels", Value::EmptyMap());
  for (const auto& [key, value] : labels) kept.Set(key, value);
  Value& spec = resource.Set("spec", Value::EmptyMap());
  if (target.kind == "node") {
    spec.Set("hostname", TextAt(end, "server_hostname"));
    spec.Set("addr", TextAt(end, "server_addr"));
  }
  return resource;
}

}  // namespace

Status CheckSession(const Caller& caller, std::string_view verb, const Value& end) {
  if (caller.kind == Caller::Kind::kAdmin) return {};
  if (caller.kind != Caller::Kind::kUser) {
    return Fail(ErrorKind::kAccessDenied, "access denied to perform action \"{}\" on \"session\"", verb);
  }
  RuleContext context;
  context.session = end;
  const std::string protocol = TextAt(end, "proto");
  const auto* const target = std::ranges::find(kTargets, protocol, &Target::protocol);
  if (target != std::end(kTargets)) {
    const Labels labels = LabelsAt(end, target->labels);
    context.resource = ResourceOf(*target, labels, end);
    // Decides the user's access in general, because this call cannot request a second factor.
    const AccessState state{.mfa_verified = true, .device_verified = true};
    context.can_view = caller.access->CheckResourceAccess(target->kind, labels, state).has_value();
  }
  return caller.access->CheckRule("session", verb, context);
}

}  // namespace sallyport
