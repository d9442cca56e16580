#include "libcluster/auth/export/chunk_id.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

const AuditChunk kSampleChunk{5, 9, 20'000, std::string(32, '\x01')};

TEST_CASE("the id of a chunk names its events and their content") {
  CHECK(ChunkId(kSampleChunk) == "5-9-0101010101010101");
  CHECK(FirstOfChunkId("5-9-0101010101010101") == 5);
  for (const char* id : {"", "5", "x-9-01", "-", "99999999999999999999-1-01", "../5-9", "5/9"}) {
    INFO(id);
    CHECK(FirstOfChunkId(id) == std::nullopt);
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
