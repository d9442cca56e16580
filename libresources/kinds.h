// The kinds of resources: a table of the rows that the files of kinds define (cmake/Rows.cmake), and what finds a
// resource's row in it. A new kind is a file with its row.
#pragma once

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
// The same, or kBadParameter with the kind that was probably meant.
Result<const KindRow*> KindNamed(std::string_view name);
// Returns the row whose message has this type, or nullptr.
const KindRow* KindOf(const google::protobuf::Message& resource);

// Reads one resource: finds its kind, reads the fields, fills in defaults and validates. Fails with kBadParameter and
// "FILE:LINE: reason", where the line is that of the field with which the reason begins, else that of the resource.
Result<Resource> DecodeResource(const Value& value, const DecodeOptions& options);
// Reads every resource of a YAML or JSON text (JSON is YAML), several documents or lists of resources: each, or why it
// is none. A text that is not YAML is one such failure.
std::vector<Result<Resource>> DecodeEach(std::string_view text, const DecodeOptions& options);
// The same, or the first failure.
Result<std::vector<Resource>> DecodeResources(std::string_view text, const DecodeOptions& options);

// Fills in defaults and validates a message of a known kind; kBadParameter says what is wrong.
Status CheckResource(google::protobuf::Message& resource);
// The same for a resource that is to be written, which both sides check: it may not have all that a stored one may.
Status CheckNewResource(google::protobuf::Message& resource);

}  // namespace sallyport
