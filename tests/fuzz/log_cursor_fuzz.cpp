// Feeds arbitrary text to the reader of cursors of the audit log: what it accepts is written the same way.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libresources/events/log_cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cursor = sallyport::ParseLogCursor(text);
  if (cursor && sallyport::FormatLogCursor(*cursor) != text) std::abort();
  return 0;
}
