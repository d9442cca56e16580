// A clock that tests move on, in place of waiting for certificates, locks and rates to end.
#pragma once

#include "libbase/time.h"

namespace sallyport {

// While one lives, Now() tells the host's time plus what the clock was moved on by: to all threads. One at a time. What
// waits by std::chrono::steady_clock, and OpenSSL's own checks of time, do not see it.
class TestClock {
 public:
  TestClock() = default;
  TestClock(const TestClock&) = delete;
  TestClock& operator=(const TestClock&) = delete;
  ~TestClock();

  void Advance(Nanoseconds by);

  // How far Now() is ahead of the host's clock: zero without a TestClock. Safe from several threads.
  static Nanoseconds Ahead();
};

}  // namespace sallyport
