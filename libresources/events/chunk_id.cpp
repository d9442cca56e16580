#include "libresources/events/chunk_id.h"

#include <fmt/format.h>

#include "libbase/encoding.h"
#include "libbase/whole_number.h"
#include "libresources/events/log_cursor.h"

namespace sallyport {
namespace {

constexpr std::string_view kChunkCursorPrefix = "s1:";

}  // namespace

std::string FormatChunkId(const ChunkId& id) { return fmt::format("{}-{}-{}", id.first, id.last, id.hash); }

std::optional<ChunkId> ParseChunkId(std::string_view text) {
  const std::size_t middle = text.find('-');
  if (middle == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find('-', middle + 1);
  if (end == std::string_view::npos) return std::nullopt;

  const auto first = ReadWholeNumber<std::int64_t>(text.substr(0, middle));
  const auto last = ReadWholeNumber<std::int64_t>(text.substr(middle + 1, end - middle - 1));
  if (!first || !last || *first < 1 || *last < *first) return std::nullopt;
  ChunkId id{*first, *last, std::string(text.substr(end + 1))};
  // The comparison refuses other spellings of the same numbers.
  if (!IsShortHash(id.hash) || FormatChunkId(id) != text) return std::nullopt;
  return id;
}

std::string ChunkCursor(std::int64_t number) { return fmt::format("{}{}", kChunkCursorPrefix, number); }

Result<std::int64_t> PassedByCursor(std::string_view cursor, const ChunkId& chunk) {
  if (cursor.empty()) return chunk.first - 1;
  if (cursor.starts_with(kChunkCursorPrefix)) {
    const auto number = ReadWholeNumber<std::int64_t>(cursor.substr(kChunkCursorPrefix.size()));
    if (number && *number >= chunk.first && *number <= chunk.last && ChunkCursor(*number) == cursor) return *number;
  }
  return FailWithHint(ErrorKind::kBadParameter, "the cursor is not one of this chunk",
                      "begin the chunk without a cursor");
}

}  // namespace sallyport
