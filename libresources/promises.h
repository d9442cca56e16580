// Says how the cluster treats each option of roles and each setting. The server checks writes by this table, and the
// documentation is generated from it (docs/options.md).
//
// The rule: a write with a restricting value that would not be enforced is refused, with the name of the field. A value
// that only adds an unsupported feature is accepted with a warning. A value that governs an unsupported feature may be
// stored: there is nothing to restrict.
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
  kNotConcerned,  // governs an unsupported feature: there is nothing to restrict
  kAddsNothing,   // would add an unsupported feature
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

// Returns the table; a test walks the messages to check that the table is complete. Static storage.
std::span<const PromiseRow> Promises();

// Checks a role or setting to be written. Fails with kNotImplemented and the name of the field for a restricting value
// that would not be enforced. Resources of other kinds pass.
Status CheckPromises(const google::protobuf::Message& resource);

// Returns the fields of a resource without effect ("spec.options.create_db_user"), for a warning.
std::vector<std::string> FieldsWithoutEffect(const google::protobuf::Message& resource);

// Returns the table as Markdown for docs/options.md.
std::string PromisesAsMarkdown();

}  // namespace sallyport
