// The ids of chunks of the audit log, and the cursors in them (docs/protocol/audit.md#chunks).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/backend/event_log.h"

namespace sallyport {

// Returns the id of a chunk: "FIRST-LAST-HASH".
std::string ChunkId(const AuditChunk& chunk);

// Returns the number of the first event in the id of a chunk; nothing for a text that is not an id. The rest of the id
// is to be compared with the chunk's own.
std::optional<std::int64_t> FirstOfChunkId(std::string_view id);

// Returns the cursor after an event.
std::string ChunkCursor(std::int64_t number);

// Returns the number of the last event that a cursor in this chunk has passed; before the first event for "". Fails
// with kBadParameter when the cursor is not one in the chunk.
Result<std::int64_t> PassedByCursor(std::string_view cursor, const AuditChunk& chunk);

}  // namespace sallyport
