#include "libbase/path_part.h"

#include <catch2/catch.hpp>
#include <string>

namespace sallyport {
namespace {

TEST_CASE("parts of paths") {
  for (const std::string name : {"alice", "a..b", "...", "a b", "DOM\\jane", "\u65e5\u672c", "x@y.z"}) {
    CHECK(IsSafePathPart(name));
  }
  for (const std::string name : {"", ".", "..", "../x", "a/b", "/", "a\nb", "a\x7f"}) CHECK_FALSE(IsSafePathPart(name));
  CHECK_FALSE(IsSafePathPart(std::string("a\0b", 3)));
}

TEST_CASE("a safe name is shown as it is") {
  for (const std::string name : {"a", "a b", "é", "DOM\\jane", "a@b"}) CHECK(IsSafeName(name));
  for (const std::string name : {"", "..", "a/b", "a\nb", "a\u202e"}) CHECK_FALSE(IsSafeName(name));
}

}  // namespace
}  // namespace sallyport
