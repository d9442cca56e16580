#include "libcluster/auth/export/chunk_id.h"

#include "libbase/whole_number.h"
#include "libresources/events/log_cursor.h"

namespace sallyport {
namespace {

constexpr std::string_view kChunkCursorPrefix = "s1:";

}  // namespace

std::string ChunkId(const AuditChunk& chunk) {
  return fmt::format("{}-{}-{}", chunk.first, chunk.last, ShortHash(chunk.hash));
}

std::optional<std::int64_t> FirstOfChunkId(std::string_view id) {
  const std::size_t end = id.find('-');
  if (end == std::string_view::npos) return std::nullopt;
  return ReadWholeNumber<std::int64_t>(id.substr(0, end));
}

std::string ChunkCursor(std::int64_t number) { return fmt::format("{}{}", kChunkCursorPrefix, number); }

Result<std::int64_t> PassedByCursor(std::string_view cursor, const AuditChunk& chunk) {
  if (cursor.empty()) return chunk.first - 1;
  if (cursor.starts_with(kChunkCursorPrefix)) {
    const auto number = ReadWholeNumber<std::int64_t>(cursor.substr(kChunkCursorPrefix.size()));
    if (number && *number >= chunk.first && *number <= chunk.last && ChunkCursor(*number) == cursor) return *number;
  }
  return FailWithHint(ErrorKind::kBadParameter, "the cursor is not one of this chunk",
                      "begin the chunk without a cursor");
}

}  // namespace sallyport
