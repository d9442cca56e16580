// Token buckets: how many requests of a class one source, or one of its users, may make in a time.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "libbase/time.h"
#include "libcluster/net/budgets.h"

namespace sallyport {

// Safe from several threads. Keeps a bounded number of buckets: whoever was not seen for longest is forgotten first, at
// the cost of one removal a request.
class RateLimiter {
 public:
  explicit RateLimiter(Rate rate) : rate_(rate) {}

  // Takes one request off the key's bucket; false when it is empty.
  bool Allow(std::string_view key, Time now);
  // Returns whether Allow would, and takes nothing.
  bool HasRoom(std::string_view key, Time now);

  // How many buckets there are.
  std::size_t size() const;

 private:
  struct Bucket {
    std::string key;
    double tokens = 0;
    Time updated;
  };
  double Refilled(const Bucket& bucket, Time now) const;

  const Rate rate_;
  mutable std::mutex mutex_;
  std::list<Bucket> buckets_;  // the last seen first
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_key_;
};

}  // namespace sallyport
