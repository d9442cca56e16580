// Chooses the pauses between attempts: each is longer than the one before, and random, so that many clients of a server
// that was away do not come back at the same time.
#pragma once

#include <chrono>

namespace sallyport {

// One thread at a time.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_(first), longest_(longest), next_(first) {}

  // Returns the pause before the next attempt: between once and twice of a time that doubles up to the longest.
  std::chrono::milliseconds Next();
  // Begins again with the first pause, after a success.
  void Reset() { next_ = first_; }

 private:
  const std::chrono::milliseconds first_;
  const std::chrono::milliseconds longest_;
  std::chrono::milliseconds next_;
};

// Returns a random time from `time` up to `time` times `factor`.
std::chrono::milliseconds Jittered(std::chrono::milliseconds time, double factor);

}  // namespace sallyport
