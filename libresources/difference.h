// What differs between two states of a resource, field by field.
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
  std::optional<Value> before;  // nothing: it was not there
  std::optional<Value> after;   // nothing: it is not there any more

  bool operator==(const FieldDifference& other) const = default;
};

// Returns the differences in the order of the fields, those that are gone where they stood. Of a list of plain values
// each value that came or went is one; lists of other things are compared place by place.
std::vector<FieldDifference> Differences(const Value& before, const Value& after);

// Returns whether two states of a resource say the same: in all but their revisions and, of a setting, where it was
// decided (its label teleport.dev/origin).
bool SaysTheSame(const google::protobuf::Message& one, const google::protobuf::Message& other);

}  // namespace sallyport
