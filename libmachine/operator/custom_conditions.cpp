#include "libmachine/operator/custom_conditions.h"

#include <algorithm>

#include "libbase/value_fields.h"

namespace sallyport {
namespace {

// The API refuses longer messages, and counts bytes or characters by its version.
constexpr std::size_t kLongestMessage = 4096;

// Returns the text without what follows the limit, and without a part of a character at its end.
std::string Shortened(std::string text) {
  if (text.size() <= kLongestMessage) return text;
  std::size_t end = kLongestMessage;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

Value* FindCondition(Value& conditions, std::string_view type) {
  auto& list = conditions.mutable_list();
  const auto found = std::ranges::find_if(list, [&](const Value& item) { return TextAt(item, "type") == type; });
  return found == list.end() ? nullptr : &*found;
}

// Conditions have whole seconds.
std::string TransitionTime(Time now) { return FormatTime(std::chrono::floor<std::chrono::seconds>(now)); }

}  // namespace

CustomCondition Decoded() { return {kValidStructure, "True", "NoError", "Kubernetes CR was successfully decoded."}; }

CustomCondition NotDecoded(std::string_view error) {
  return {kValidStructure, "False", "FailedToDecode", fmt::format("Failed to decode Kubernetes CR: {}", error)};
}

CustomCondition NewInCluster() {
  return {kOwned, "True", "NewResource",
          "No existing Teleport Resource found with that name. The created Resource is owned by the operator."};
}

CustomCondition OwnedInCluster() {
  return {kOwned, "True", "OriginLabelMatching", "Teleport Resource has the Kubernetes origin label."};
}

CustomCondition NotOwned() {
  return {kOwned, "False", "OriginLabelNotMatching",
          "A Resource with the same name already exists in Teleport and does not have the Kubernetes origin label. "
          "Refusing to reconcile."};
}

CustomCondition Reconciled() {
  return {kReconciled, "True", "NoError",
          "Teleport Resource was successfully reconciled, no error was returned by Teleport."};
}

CustomCondition RefusedByCluster(std::string_view error) {
  return {kReconciled, "False", "TeleportError", fmt::format("Teleport returned the error: {}", error)};
}

CustomCondition NotPrepared(std::string_view error) {
  return {kReconciled, "False", "MutationError",
          fmt::format("The reconciliation failed, the operator failed to mutate the resource before creating it in "
                      "Teleport. Mutation failed with error: {}",
                      error)};
}

CustomCondition RefusedByOperator(std::string_view what) {
  return {kReconciled, "False", "OperatorRefused",
          fmt::format("The operator does not change {}: whoever could would decide what the operator may do.", what)};
}

CustomCondition TakenByOther(std::string_view other) {
  return {kOwned, "False", "OtherCustomResource",
          fmt::format("{} is older and describes the same resource. Remove one of the two.", other)};
}

CustomCondition Undecided(std::string_view type) {
  return {type, "Unknown", "FailedToDecode", "The custom resource was not decoded."};
}

void SetCondition(Value& status, const CustomCondition& condition, std::int64_t generation, Time now) {
  if (!status.is_map()) status = Value::EmptyMap();
  Value* conditions = status.Find("conditions");
  if (conditions == nullptr) conditions = &status.Set("conditions", Value::EmptyList());

  Value* place = FindCondition(*conditions, condition.type);
  const bool same_status = place != nullptr && TextAt(*place, "status") == condition.status;
  std::string since = same_status ? TextAt(*place, "lastTransitionTime") : std::string();
  if (since.empty()) since = TransitionTime(now);
  if (place == nullptr) place = &conditions->Append(Value());

  Value written = Value::EmptyMap();
  written.Set("lastTransitionTime", std::move(since));
  written.Set("message", Shortened(condition.message));
  if (generation > 0) written.Set("observedGeneration", generation);
  written.Set("reason", condition.reason);
  written.Set("status", condition.status);
  written.Set("type", condition.type);
  *place = std::move(written);
}

bool HasCondition(const Value& status, std::string_view type) {
  const Value* const conditions = status.Find("conditions");
  return conditions != nullptr &&
         std::ranges::any_of(conditions->as_list(), [&](const Value& item) { return TextAt(item, "type") == type; });
}

}  // namespace sallyport
