#include "libresources/events/log_cursor.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a cursor is read as it was written") {
  const ChainLink link{17, {}, ChainBeginning(), std::string(32, '\xab')};
  const LogCursor cursor = CursorAfter(link);
  CHECK(FormatLogCursor(cursor) == "t1:17:abababababababab");
  CHECK(ParseLogCursor("t1:17:abababababababab").value() == cursor);
  CHECK(ParseLogCursor("t1:0:").value() == LogCursor());
  CHECK(FormatLogCursor(CursorAfter({})) == "t1:0:");
}

TEST_CASE("other texts are no cursors") {
  for (const char* text :
       {"", "t1", "t1:", "t1:17", "t1:17:", "t1:17:ABABABABABABABAB", "t1:17:ababababababab", "t1:17:abababababababab ",
        "t1:017:abababababababab", "t1:-1:abababababababab", "t1:0:abababababababab", "t2:17:abababababababab",
        "t1:17:ghababababababab", "t1:99999999999999999999:abababababababab", "s1:17"}) {
    INFO(text);
    const auto cursor = ParseLogCursor(text);
    REQUIRE_FALSE(cursor);
    CHECK(cursor.error().kind == ErrorKind::kBadParameter);
  }
}

}  // namespace
}  // namespace sallyport
