// Encodes audit events, and limits their size.
#pragma once

#include <cstddef>
#include <string>

#include "libbase/value.h"

namespace sallyport {

// Teleport's limit for one event (docs/protocol/audit.md#envelope).
inline constexpr std::size_t kMaxEventBytes = 64 << 10;

struct EncodedEvent {
  std::string json;    // at most kMaxEventBytes
  std::string digest;  // EventDigest of the JSON
};

// Encodes an event unchanged, or with its longest texts cut and its inner lists and maps shortened as far as necessary.
// Top-level keys stay.
EncodedEvent EncodeEvent(const Value& event);

}  // namespace sallyport
