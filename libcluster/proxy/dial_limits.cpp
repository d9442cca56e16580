#include "libcluster/proxy/dial_limits.h"

namespace sallyport {

Result<std::shared_ptr<const DialLimits::Ticket>> DialLimits::Take(const std::string& user) {
  const MutexLock lock(mutex_);
  int& count = by_user_[user];
  if (count >= kMaxPerUser) {
    return Fail(ErrorKind::kLimitExceeded,
                "you are opening {} connections to nodes; try again when some of them are open", count);
  }
  ++count;
  return std::make_shared<const Ticket>(shared_from_this(), user);
}

void DialLimits::Return(const std::string& user) {
  const MutexLock lock(mutex_);
  const auto found = by_user_.find(user);
  if (--found->second == 0) by_user_.erase(found);
}

}  // namespace sallyport
