// Moves the clock forward in tests, so that tests need not wait for certificates, locks and rates to expire.
#pragma once

#include "libbase/time.h"

namespace sallyport {

// While a TestClock exists, Now() returns the time of the host plus the advance, in all threads. Only one TestClock may
// exist at a time. Waits on std::chrono::steady_clock and OpenSSL's own checks of time are not affected.
class TestClock {
 public:
  TestClock() = default;
  TestClock(const TestClock&) = delete;
  TestClock& operator=(const TestClock&) = delete;
  ~TestClock();

  void Advance(Nanoseconds by);

  // Returns how far Now() is ahead of the host's clock: zero without a TestClock. Thread-safe.
  static Nanoseconds Ahead();
};

}  // namespace sallyport
