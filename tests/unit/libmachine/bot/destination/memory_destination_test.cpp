#include "libmachine/bot/destination/memory_destination.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("memory keeps files for the process alone") {
  MemoryDestination memory;
  REQUIRE(memory.Init());
  CHECK(memory.Read("key").error().kind == ErrorKind::kNotFound);
  const BotFile files[] = {{"key", Secret("a")}, {"cert", Secret("b")}};
  REQUIRE(memory.Write(files));
  CHECK(memory.Read("key").value().Reveal() == "a");
  CHECK_FALSE(memory.persists());
  CHECK(memory.directory().empty());
  CHECK_FALSE(memory.Lock().value().has_value());
}

}  // namespace
}  // namespace sallyport
