// Finds the kind of a resource in the table of kinds. Each kind's file defines a row (cmake/Rows.cmake); a new kind
// needs a file with its row.
#pragma once

#include <cassert>
#include <span>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libresources/kinds/kind.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// Returns every row. Static storage.
std::span<const KindRow> Kinds();

// Returns the row of a kind by its name or an alias, in any case; nullptr when there is none.
const KindRow* FindKind(std::string_view name);
// Works as FindKind, but fails with kBadParameter and the kind that was probably meant.
Result<const KindRow*> KindNamed(std::string_view name);
// Returns the row whose message has this type, or nullptr.
const KindRow* KindOf(const google::protobuf::Message& resource);
// Returns the row of a message type, which must be that of a kind.
template <typename M>
const KindRow& KindOf() {
  static const KindRow* const row = KindOf(M::default_instance());
  assert(row != nullptr);
  return *row;
}
// Returns a new resource with the kind's newest version.
template <typename M>
M NewResource() {
  return NewResource(KindOf<M>()).template as<M>();
}

// Reads one resource: finds its kind, reads the fields, fills in defaults and validates. Fails with kBadParameter and
// "FILE:LINE: reason", where the line is that of the field with which the reason begins, else that of the resource.
Result<Resource> DecodeResource(const Value& value, const DecodeOptions& options);
// Reads every resource of a YAML or JSON text (JSON is YAML), several documents or lists of resources, and returns each
// resource or its error. A text that is not YAML gives one error.
std::vector<Result<Resource>> DecodeEach(std::string_view text, const DecodeOptions& options);
// Works as DecodeEach, but fails with the first error.
Result<std::vector<Resource>> DecodeResources(std::string_view text, const DecodeOptions& options);

// Fills in defaults and validates a message of a known kind. Fails with kBadParameter.
Status CheckResource(google::protobuf::Message& resource);
// Checks a resource to be written; client and server both check. Refuses some values that a stored resource may have.
Status CheckNewResource(google::protobuf::Message& resource);

}  // namespace sallyport
