#include "libbase/repeated_work.h"

#include <atomic>
#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST_CASE("work is repeated after the pauses that it asks for") {
  std::atomic<int> times = 0;
  const RepeatedWork work(milliseconds(0), [&times] { return ++times < 3 ? milliseconds(1) : hours(1); });
  for (int i = 0; i < 2000 && times < 3; ++i) std::this_thread::sleep_for(milliseconds(1));
  CHECK(times == 3);
  std::this_thread::sleep_for(milliseconds(20));
  CHECK(times == 3);
}

TEST_CASE("a pause ends with its work, and work that is being done is waited for") {
  std::atomic<bool> done = false;
  {
    std::atomic<bool> begun = false;
    const RepeatedWork work(milliseconds(0), [&] {
      begun = true;
      std::this_thread::sleep_for(milliseconds(20));
      done = true;
      return hours(1);
    });
    while (!begun) std::this_thread::yield();
  }
  CHECK(done);
  const RepeatedWork never(hours(1), [] { return hours(1); });
}

}  // namespace
}  // namespace sallyport
