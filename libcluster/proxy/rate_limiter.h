// Token buckets by client address: how many requests of a class one address may make.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "libbase/time.h"

namespace sallyport {

class RateLimiter {
 public:
  RateLimiter(double per_minute, double burst) : per_minute_(per_minute), burst_(burst) {}

  // Takes one request of an address off its bucket; false when it is empty. Safe from several threads.
  bool Allow(const std::string& address, Time now);

 private:
  struct Bucket {
    double tokens = 0;
    Time updated;
  };
  const double per_minute_;
  const double burst_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace sallyport
