#include "libcluster/proxy/rate_limiter.h"

#include <algorithm>

namespace sallyport {
namespace {

constexpr std::size_t kMaxBuckets = 100'000;  // full buckets are forgotten beyond

}  // namespace

bool RateLimiter::Allow(const std::string& address, Time now) {
  const std::lock_guard lock(mutex_);
  const auto refilled = [&](const Bucket& bucket) {
    const double minutes = std::chrono::duration<double, std::ratio<60>>(now - bucket.updated).count();
    return std::min(burst_, bucket.tokens + std::max(0.0, minutes) * per_minute_);
  };
  if (buckets_.size() >= kMaxBuckets) {
    std::erase_if(buckets_, [&](const auto& entry) { return refilled(entry.second) >= burst_; });
  }
  auto [entry, is_new] = buckets_.try_emplace(address, Bucket{burst_, now});
  Bucket& bucket = entry->second;
  bucket.tokens = is_new ? burst_ : refilled(bucket);
  bucket.updated = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace sallyport
