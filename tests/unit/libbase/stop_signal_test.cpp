#include "libbase/stop_signal.h"

#include <poll.h>

#include <catch2/catch.hpp>

#include <thread>

namespace sallyport {
namespace {

TEST_CASE("a stop is seen by waits and by questions, for good") {
  StopSignal signal;
  CHECK_FALSE(signal.stopped());
  std::thread other([&] { signal.Stop(); });
  pollfd waiting{signal.descriptor(), POLLIN, 0};
  CHECK(::poll(&waiting, 1, 10'000) == 1);
  other.join();
  CHECK(signal.stopped());
  signal.Stop();
  CHECK(signal.stopped());
}

}  // namespace
}  // namespace sallyport
