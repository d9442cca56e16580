// How many connections to nodes each user may be opening at a time, so that nobody's fill the proxy.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "libbase/error.h"

namespace sallyport {

// Safe from several threads.
class DialLimits : public std::enable_shared_from_this<DialLimits> {
 public:
  // Connections that one user may be opening.
  static constexpr int kMaxPerUser = 64;

  // A connection that is being opened, until this goes.
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

  // kLimitExceeded when the user opens as many already.
  Result<std::shared_ptr<const Ticket>> Take(const std::string& user);

 private:
  void Return(const std::string& user);

  std::mutex mutex_;
  std::map<std::string, int> by_user_;
};

}  // namespace sallyport
