// Token buckets: limit the rate of requests of a class from one source, or one of its users.
#pragma once

#include <string_view>

#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libcluster/net/budgets.h"
#include "libcluster/net/recent_map.h"

namespace sallyport {

// Safe from several threads. Keeps a bounded number of buckets; each request removes at most one.
class RateLimiter {
 public:
  explicit RateLimiter(Rate rate);

  // Takes one request off the key's bucket. Returns false when the bucket is empty.
  bool Allow(std::string_view key, Time now);
  // Returns what Allow would return, without taking a request.
  bool HasRoom(std::string_view key, Time now);

  // Returns the number of buckets.
  std::size_t size() const;

 private:
  struct Bucket {
    double tokens = 0;
    Time updated;
  };
  double Refilled(const Bucket& bucket, Time now) const;

  const Rate rate_;
  mutable Mutex mutex_;
  RecentMap<Bucket> buckets_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
