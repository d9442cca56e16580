// Converts audit events between messages, for recordings and calls, and the flat JSON of the audit log.
#pragma once

#include "libbase/error.h"
#include "libbase/value.h"

namespace events {
class Metadata;
class OneOf;
}  // namespace events

namespace sallyport {

// Returns the message for the JSON of an event, without fields that the message does not have. Fails with
// kNotImplemented for an event without a known message.
Result<events::OneOf> EventFromValue(const Value& event);

// Returns an event's JSON, an empty map for a kind that is not known.
Value EventToValue(const events::OneOf& event);

// Returns the metadata that all events share, or nullptr for an unknown kind.
const events::Metadata* MetadataOf(const events::OneOf& event);
events::Metadata* MutableMetadataOf(events::OneOf& event);

}  // namespace sallyport
