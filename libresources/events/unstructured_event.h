// Converts audit events from JSON to the messages of the audit log's methods (docs/protocol/audit.md#reading).
#pragma once

#include <string_view>

#include "libbase/error.h"
#include "libbase/value.h"

namespace events {
class OneOf;
}  // namespace events

namespace teleport::auditlog::v1 {
class EventUnstructured;
}  // namespace teleport::auditlog::v1

namespace sallyport {

// Fills a message with an event and the facts that its JSON has. An event without uid gets the SHA-256 of its JSON.
// Fails with kBadParameter for a time that cannot be read.
Status SetUnstructured(const Value& event, teleport::auditlog::v1::EventUnstructured& message);

// Returns the JSON of an event of a recording; output of a terminal has its bytes as `data`, in base64.
Value RecordedEventToValue(const events::OneOf& event);

// Returns the message of any event. An event of a type without a message, or that does not fit it, is `Unknown` and has
// the JSON as a text. Fails with kBadParameter when even the envelope cannot be read.
Result<events::OneOf> AnyEventFromValue(const Value& event);

}  // namespace sallyport
