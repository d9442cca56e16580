// What the cluster does about each option of roles and each setting: a table that the server checks writes by, and the
// documentation is made from (docs/options.md).
//
// The rule: a value that restricts and would not be enforced is refused when it is written, by name. A value that only
// adds what is not offered is accepted with a warning. A value that governs what is not offered may be stored: there is
// nothing that it could fail to restrict.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace google::protobuf {
class Message;
}

namespace sallyport {

enum class Promise {
  kEnforced,      // does what it says, or refuses what it cannot decide
  kNotConcerned,  // governs what the cluster does not offer: there is nothing to restrict
  kAddsNothing,   // would add what the cluster does not offer
  kRefused,       // would restrict, and does not: cannot be written
};

struct PromiseRow {
  std::string_view kind;   // "role"
  std::string_view field;  // "spec.options.max_connections", as YAML has it
  Promise promise;
  // The values that count, with spaces between; empty: any but the default.
  std::string_view values = {};
  std::string_view note = {};  // for people
};

// Returns the table; a test walks the messages and knows that it is complete. Static storage.
std::span<const PromiseRow> Promises();

// Checks a role or setting that is to be written: kNotImplemented, with the field's name, when it has a value that
// restricts and would not be enforced. Resources of other kinds pass.
Status CheckPromises(const google::protobuf::Message& resource);

// Returns the fields of a resource that add nothing here ("spec.options.create_db_user"), for a warning.
std::vector<std::string> FieldsWithoutEffect(const google::protobuf::Message& resource);

// Returns the table as docs/options.md has it.
std::string PromisesAsMarkdown();

}  // namespace sallyport
