#include "libbase/backoff.h"

#include <catch2/catch.hpp>
#include <set>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

TEST_CASE("pauses double up to the longest, and begin again") {
  Backoff backoff(100ms, 350ms);
  for (const auto least : {100ms, 200ms, 350ms, 350ms}) {
    const auto pause = backoff.Next();
    CHECK(pause >= least);
    CHECK(pause <= least * 2);
  }
  backoff.Reset();
  CHECK(backoff.Next() <= 200ms);
}

TEST_CASE("pauses differ") {
  std::set<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 50; ++i) pauses.insert(Jittered(10'000ms, 2.0));
  CHECK(pauses.size() > 10);
}

}  // namespace
}  // namespace sallyport
