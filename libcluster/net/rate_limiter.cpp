#include "libcluster/net/rate_limiter.h"

#include <algorithm>

namespace sallyport {
namespace {

constexpr std::size_t kMaxBuckets = 100'000;

}  // namespace

double RateLimiter::Refilled(const Bucket& bucket, Time now) const {
  const double minutes = std::chrono::duration<double, std::ratio<60>>(now - bucket.updated).count();
  return std::min(rate_.at_once, bucket.tokens + std::max(0.0, minutes) * rate_.per_minute);
}

bool RateLimiter::Allow(std::string_view key, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    if (buckets_.size() >= kMaxBuckets) {
      by_key_.erase(buckets_.back().key);
      buckets_.pop_back();
    }
    buckets_.push_front({std::string(key), rate_.at_once, now});
    by_key_.emplace(buckets_.front().key, buckets_.begin());
  } else {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
  }
  Bucket& bucket = buckets_.front();
  bucket.tokens = Refilled(bucket, now);
  bucket.updated = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

bool RateLimiter::HasRoom(std::string_view key, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  return found == by_key_.end() || Refilled(*found->second, now) >= 1;
}

std::size_t RateLimiter::size() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace sallyport
