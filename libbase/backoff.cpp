#include "libbase/backoff.h"

#include <algorithm>
#include <random>

namespace sallyport {

std::chrono::milliseconds Jittered(std::chrono::milliseconds time, double factor) {
  static thread_local std::mt19937 random{std::random_device{}()};
  std::uniform_real_distribution<double> distribution(1.0, factor);
  return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(time.count()) * distribution(random)));
}

std::chrono::milliseconds Backoff::Next() {
  const auto pause = Jittered(next_, 2.0);
  next_ = std::min(next_ * 2, longest_);
  return pause;
}

}  // namespace sallyport
