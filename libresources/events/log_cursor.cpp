#include "libresources/events/log_cursor.h"

#include <fmt/format.h>

#include "libbase/encoding.h"
#include "libbase/whole_number.h"

namespace sallyport {
namespace {

constexpr std::string_view kCursorPrefix = "t1:";
constexpr std::size_t kShortHashBytes = 8;

}  // namespace

std::string ShortHash(std::string_view hash) { return ToHex(hash.substr(0, kShortHashBytes)); }

bool IsShortHash(std::string_view text) {
  return text.size() == 2 * kShortHashBytes && text == ToHex(FromHex(text).value_or(""));
}

LogCursor CursorAfter(const ChainLink& link) {
  return {link.number, link.number == 0 ? std::string() : ShortHash(link.hash)};
}

std::string FormatLogCursor(const LogCursor& cursor) {
  return fmt::format("{}{}:{}", kCursorPrefix, cursor.number, cursor.hash);
}

Result<LogCursor> ParseLogCursor(std::string_view text) {
  LogCursor cursor;
  if (text.starts_with(kCursorPrefix)) {
    const std::string_view rest = text.substr(kCursorPrefix.size());
    const auto number = ReadWholeNumber<std::int64_t>(rest.substr(0, rest.find(':')));
    if (number && *number >= 0 && rest.contains(':')) cursor = {*number, std::string(rest.substr(rest.find(':') + 1))};
  }
  const bool whole = cursor.number == 0 ? cursor.hash.empty() : IsShortHash(cursor.hash);
  // The comparison with the text refuses other spellings of the same cursor.
  if (whole && FormatLogCursor(cursor) == text) return cursor;
  return FailWithHint(ErrorKind::kBadParameter, "the cursor is not one of an audit log",
                      "use the cursor of an earlier answer, or none");
}

}  // namespace sallyport
