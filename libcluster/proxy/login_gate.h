// Which logins are tried, and when. Comparing a password takes a tenth of a second of a processor, for anybody who
// asks: so there are few threads for it, few may wait for them, and who has logged in from a place before does not wait
// for those who have not.
//
// Nobody is told by its refusals whether a user exists: they depend on what was asked from where, and on logins that
// succeeded from the same source.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "libbase/error.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/recent_map.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/net/thread_pool.h"

namespace sallyport {

// Safe from several threads.
class LoginGate {
 public:
  LoginGate();

  // Who asks: the source of the connection (SourceOf), and the user's name or the token of an invite.
  struct Attempt {
    std::string source;
    std::string name;
  };

  // Has an attempt tried on a thread of its own kind. Otherwise returns why not, and drops the work: kLimitExceeded
  // when this name was tried too often from there, or too much was wrong from there; kConnectionProblem when too many
  // wait.
  Status Submit(const Attempt& attempt, std::function<void()> work);

  // Tells what came of an attempt that was tried.
  enum class Outcome { kLoggedIn, kWrong };
  void Report(const Attempt& attempt, Outcome outcome);

 private:
  RateLimiter attempts_;  // by source and name
  RateLimiter wrong_;     // by source
  std::mutex mutex_;
  RecentMap<bool> familiar_;  // sources and names that have logged in
  SourceSlots waiting_;       // of those who are not familiar
  ThreadPool first_;          // for the familiar
  ThreadPool others_;
};

}  // namespace sallyport
