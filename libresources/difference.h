// Finds the differences between two states of a resource, field by field.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libbase/value.h"

namespace google::protobuf {
class Message;
}

namespace sallyport {

struct FieldDifference {
  std::string path;             // "spec.allow.logins", "spec.allow.rules[1].verbs", "metadata.labels[\"a.b/c\"]"
  std::optional<Value> before;  // nothing: the field was added
  std::optional<Value> after;   // nothing: the field was removed

  bool operator==(const FieldDifference& other) const = default;
};

// Returns the differences in the order of the fields, removed fields at their former place. In a list of plain values,
// each added or removed value is one difference; other lists are compared by index.
std::vector<FieldDifference> Differences(const Value& before, const Value& after);

// Returns whether two states of a resource are equal, ignoring their revisions and the origin of a setting (its label
// teleport.dev/origin).
bool SaysTheSame(const google::protobuf::Message& one, const google::protobuf::Message& other);

// Returns a digest that is equal for states of a resource that say the same.
std::string MeaningDigest(const google::protobuf::Message& resource);

}  // namespace sallyport
