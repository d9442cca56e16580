// Feeds arbitrary text to the readers of ids of chunks and of cursors in them: an accepted cursor is in the chunk.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "libresources/events/chunk_id.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sallyport::ChunkId chunk{3, 900, "0707070707070707"};
  const auto id = sallyport::ParseChunkId(text);
  if (id && (sallyport::FormatChunkId(*id) != text || id->first > id->last)) std::abort();
  const auto passed = sallyport::PassedByCursor(text, chunk);
  if (!passed) return 0;
  if (*passed < chunk.first - 1 || *passed > chunk.last) std::abort();
  if (!text.empty() && sallyport::ChunkCursor(*passed) != text) std::abort();
  return 0;
}
