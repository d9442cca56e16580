// Events of the audit log as messages, as recordings and some calls carry them, and as the flat JSON that the log
// keeps.
#pragma once

#include "libbase/error.h"
#include "libbase/value.h"

namespace events {
class Metadata;
class OneOf;
}  // namespace events

namespace sallyport {

// Returns the message of an event's JSON. kNotImplemented for an event whose message is not known here; fields that the
// message does not have are left out.
Result<events::OneOf> EventFromValue(const Value& event);

// Returns an event's JSON, an empty map for a kind that is not known.
Value EventToValue(const events::OneOf& event);

// Returns what all events have in common, or nullptr for a kind that is not known.
const events::Metadata* MetadataOf(const events::OneOf& event);
events::Metadata* MutableMetadataOf(events::OneOf& event);

}  // namespace sallyport
