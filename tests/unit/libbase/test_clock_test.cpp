#include "libbase/test_clock.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a test's clock moves Now, until the clock is gone") {
  const Time before = Now();
  {
    TestClock clock;
    CHECK(Now() - before < std::chrono::hours(1));
    clock.Advance(std::chrono::hours(1));
    clock.Advance(std::chrono::hours(1));
    CHECK(Now() - before >= std::chrono::hours(2));
  }
  CHECK(Now() - before < std::chrono::hours(1));
}

}  // namespace
}  // namespace sallyport
