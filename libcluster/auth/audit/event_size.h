// Limits the size of audit events.
#pragma once

#include <cstddef>
#include <string>

#include "libbase/value.h"

namespace sallyport {

// Teleport's limit for one event (docs/protocol/audit.md#envelope).
inline constexpr std::size_t kMaxEventBytes = 64 << 10;

// Returns an event as JSON of at most kMaxEventBytes: unchanged, or with its longest texts cut and its inner lists and
// maps shortened as far as necessary. Top-level keys stay.
std::string EventToJson(const Value& event);

}  // namespace sallyport
