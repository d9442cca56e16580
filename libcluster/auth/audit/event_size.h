// How large an audit event may be.
#pragma once

#include <cstddef>
#include <string>

#include "libbase/value.h"

namespace sallyport {

// What Teleport takes for one event (docs/protocol/audit.md#envelope).
inline constexpr std::size_t kMaxEventBytes = 64 << 10;

// Returns an event as JSON of at most kMaxEventBytes: as it is, or with its longest texts cut, and lists and maps
// inside of it shortened, by as much as it takes. Its own keys stay.
std::string EventToJson(const Value& event);

}  // namespace sallyport
