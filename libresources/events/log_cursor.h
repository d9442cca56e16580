// The cursor of a program that follows the audit log (docs/protocol/audit.md#following).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libresources/events/event_chain.h"

namespace sallyport {

// The place after an event of one certain log.
struct LogCursor {
  std::int64_t number = 0;  // 0: before the first event
  std::string hash;         // the first hexadecimal digits of the event's hash; "" for number 0

  bool operator==(const LogCursor&) const = default;
};

// Returns the first hexadecimal digits of a hash, as cursors and ids of chunks have them.
std::string ShortHash(std::string_view hash);
// Returns whether a text is one that ShortHash returns.
bool IsShortHash(std::string_view text);

// Returns the cursor after an event.
LogCursor CursorAfter(const ChainLink& link);

std::string FormatLogCursor(const LogCursor& cursor);
// Fails with kBadParameter for any other text than FormatLogCursor writes.
Result<LogCursor> ParseLogCursor(std::string_view text);

}  // namespace sallyport
