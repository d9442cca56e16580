#include "libresources/events/chunk_id.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

const ChunkId kSampleChunk{5, 9, "0101010101010101"};

TEST_CASE("the id of a chunk names its events and their content") {
  CHECK(FormatChunkId(kSampleChunk) == "5-9-0101010101010101");
  CHECK(ParseChunkId("5-9-0101010101010101") == kSampleChunk);
  for (const char* id :
       {"", "5", "5-9", "5-9-", "5-9-01", "x-9-0101010101010101", "-", "99999999999999999999-1-0101010101010101",
        "../5-9", "5/9", "9-5-0101010101010101", "0-5-0101010101010101", "05-9-0101010101010101",
        "5-9-0101010101010101-", "5-9-010101010101010A"}) {
    INFO(id);
    CHECK(ParseChunkId(id) == std::nullopt);
  }
}

TEST_CASE("a cursor is good in its chunk alone") {
  CHECK(PassedByCursor("", kSampleChunk).value() == 4);
  CHECK(PassedByCursor("s1:5", kSampleChunk).value() == 5);
  CHECK(PassedByCursor(ChunkCursor(9), kSampleChunk).value() == 9);
  for (const char* cursor : {"s1:4", "s1:10", "s1:", "s1:05", "s1:+5", "5", "a1:5", "t1:5:", "s1:5 ", "s1:-5"}) {
    INFO(cursor);
    const auto passed = PassedByCursor(cursor, kSampleChunk);
    REQUIRE_FALSE(passed);
    CHECK(passed.error().kind == ErrorKind::kBadParameter);
  }
}

}  // namespace
}  // namespace sallyport
