// The ids of chunks of the audit log, and the cursors in them (docs/protocol/audit.md#chunks).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

// A range of events.
struct ChunkId {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::string hash;  // ShortHash of the last event

  bool operator==(const ChunkId&) const = default;
};

// Returns "FIRST-LAST-HASH".
std::string FormatChunkId(const ChunkId& id);

// Returns nothing for any other text than FormatChunkId writes.
std::optional<ChunkId> ParseChunkId(std::string_view text);

// Returns the cursor after an event.
std::string ChunkCursor(std::int64_t number);

// Returns the number of the last event that a cursor in this chunk has passed; before the first event for "". Fails
// with kBadParameter when the cursor is not one in the chunk.
Result<std::int64_t> PassedByCursor(std::string_view cursor, const ChunkId& chunk);

}  // namespace sallyport
