#include "libmachine/export/login_locks.h"

#include <algorithm>

namespace sallyport {

void LoginLocks::MakeRoom() {
  if (buckets_.size() < kMostLogins) return;
  const auto oldest = std::ranges::min_element(buckets_, {}, [](const auto& entry) { return entry.second.filled; });
  buckets_.erase(oldest);
}

bool LoginLocks::Failed(const std::string& login, Time now) {
  if (!buckets_.contains(login)) MakeRoom();
  Bucket& bucket = buckets_[login];
  if (bucket.filled == Time() || now - bucket.filled >= period_) bucket = {attempts_, now};
  if (bucket.left == 0) return true;
  --bucket.left;
  return false;
}

}  // namespace sallyport
