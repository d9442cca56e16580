// Token buckets: how many requests of a class one source, or one of its users, may make in a time.
#pragma once

#include <mutex>
#include <string_view>

#include "libbase/time.h"
#include "libcluster/net/budgets.h"
#include "libcluster/net/recent_map.h"

namespace sallyport {

// Safe from several threads. Keeps a bounded number of buckets, at the cost of one removal a request.
class RateLimiter {
 public:
  explicit RateLimiter(Rate rate);

  // Takes one request off the key's bucket; false when it is empty.
  bool Allow(std::string_view key, Time now);
  // Returns whether Allow would, and takes nothing.
  bool HasRoom(std::string_view key, Time now);

  // How many buckets there are.
  std::size_t size() const;

 private:
  struct Bucket {
    double tokens = 0;
    Time updated;
  };
  double Refilled(const Bucket& bucket, Time now) const;

  const Rate rate_;
  mutable std::mutex mutex_;
  RecentMap<Bucket> buckets_;
};

}  // namespace sallyport
