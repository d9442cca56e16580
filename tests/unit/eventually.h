// Waits in tests for a condition that another thread makes true.
#pragma once

#include <chrono>
#include <thread>

namespace sallyport::test {

// Returns true as soon as the condition holds, false when it does not within five seconds.
template <class Condition>
bool Eventually(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  return true;
}

}  // namespace sallyport::test
