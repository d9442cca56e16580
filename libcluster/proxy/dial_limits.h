// Limits the connections to nodes that each user opens at a time, so that one user cannot fill the proxy.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "libbase/error.h"
#include "libbase/mutex.h"

namespace sallyport {

// Safe from several threads.
class DialLimits : public std::enable_shared_from_this<DialLimits> {
 public:
  // The limit of one user.
  static constexpr int kMaxPerUser = 64;

  // Counts a connection as being opened until destroyed.
  class Ticket {
   public:
    Ticket(std::shared_ptr<DialLimits> limits, std::string user) : limits_(std::move(limits)), user_(std::move(user)) {}
    ~Ticket() { limits_->Return(user_); }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

   private:
    const std::shared_ptr<DialLimits> limits_;
    const std::string user_;
  };

  // Fails with kLimitExceeded when the user has reached the limit.
  Result<std::shared_ptr<const Ticket>> Take(const std::string& user);

 private:
  void Return(const std::string& user);

  Mutex mutex_;
  std::map<std::string, int> by_user_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
