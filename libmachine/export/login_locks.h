// Decides when failed logins lock a user out: a bucket of attempts a login, which fills up within the period.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "libbase/time.h"

namespace sallyport {

// One thread at a time.
class LoginLocks {
 public:
  LoginLocks(int attempts, Nanoseconds period) : attempts_(attempts), period_(period) {}

  // Counts a failed login at a time; returns whether the login has to be locked.
  bool Failed(const std::string& login, Time now);

 private:
  struct Bucket {
    int left = 0;
    Time filled{};
  };
  // Logins are chosen by strangers: at most this many are remembered, the oldest go.
  static constexpr std::size_t kMostLogins = 10'000;
  void MakeRoom();

  const int attempts_;
  const Nanoseconds period_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace sallyport
