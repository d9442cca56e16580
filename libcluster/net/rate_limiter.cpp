#include "libcluster/net/rate_limiter.h"

#include <algorithm>

namespace sallyport {
namespace {

constexpr std::size_t kMaxBuckets = 100'000;

}  // namespace

RateLimiter::RateLimiter(Rate rate) : rate_(rate), buckets_(kMaxBuckets) {}

double RateLimiter::Refilled(const Bucket& bucket, Time now) const {
  const double minutes = std::chrono::duration<double, std::ratio<60>>(now - bucket.updated).count();
  return std::min(rate_.at_once, bucket.tokens + std::max(0.0, minutes) * rate_.per_minute);
}

bool RateLimiter::Allow(std::string_view key, Time now) {
  const MutexLock lock(mutex_);
  Bucket* bucket = buckets_.Find(key);
  if (bucket == nullptr) bucket = &buckets_.Put(key, {rate_.at_once, now});
  bucket->tokens = Refilled(*bucket, now);
  bucket->updated = now;
  if (bucket->tokens < 1) return false;
  bucket->tokens -= 1;
  return true;
}

bool RateLimiter::HasRoom(std::string_view key, Time now) {
  const MutexLock lock(mutex_);
  const Bucket* bucket = buckets_.Find(key);
  return bucket == nullptr || Refilled(*bucket, now) >= 1;
}

std::size_t RateLimiter::size() const {
  const MutexLock lock(mutex_);
  return buckets_.size();
}

}  // namespace sallyport
