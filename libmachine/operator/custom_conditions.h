// The conditions in the status of a custom resource: what they say in which case, and when they change
// (docs/protocol/operator.md#status).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libbase/time.h"
#include "libbase/value.h"

namespace sallyport {

inline constexpr std::string_view kValidStructure = "ValidStructure";
inline constexpr std::string_view kReconciled = "SuccessfullyReconciled";
inline constexpr std::string_view kOwned = "TeleportResourceOwned";

struct CustomCondition {
  std::string_view type;
  std::string_view status;  // "True", "False", "Unknown"
  std::string_view reason;
  std::string message;

  bool operator==(const CustomCondition&) const = default;
};

// The conditions that Teleport's operator writes, with its reasons and messages.
CustomCondition Decoded();
CustomCondition NotDecoded(std::string_view error);
CustomCondition NewInCluster();
CustomCondition OwnedInCluster();
CustomCondition NotOwned();
CustomCondition Reconciled();
CustomCondition RefusedByCluster(std::string_view error);
CustomCondition NotPrepared(std::string_view error);

// Conditions of this operator alone: a custom resource that would change the operator's own access; one beside an older
// custom resource for the same resource of the cluster, whose name is `other`; a condition that could not be found out.
CustomCondition RefusedByOperator(std::string_view what);
CustomCondition TakenByOther(std::string_view other);
CustomCondition Undecided(std::string_view type);

// Sets a condition in `status` of a custom resource, in the place of the condition of its type. The time of transition
// is `now` when the condition is new or had another status, else it stays. Keeps conditions of other types.
void SetCondition(Value& status, const CustomCondition& condition, std::int64_t generation, Time now);
// Returns whether the status has a condition of a type.
bool HasCondition(const Value& status, std::string_view type);

}  // namespace sallyport
