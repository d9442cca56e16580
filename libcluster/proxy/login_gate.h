// Schedules login attempts. Each password comparison takes a tenth of a second of processor time, even for unknown
// callers. So there are few threads and a short queue, and users who have logged in from a source before do not wait
// behind others.
//
// Refusals do not reveal whether a user exists: they depend on the attempts and the successful logins from the same
// source.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/recent_map.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/net/thread_pool.h"

namespace sallyport {

// Safe from several threads.
class LoginGate {
 public:
  LoginGate();

  // The key of an attempt: the source of the connection (SourceOf), and the user's name or the token of an invite.
  struct Attempt {
    std::string source;
    std::string name;
  };

  // Runs an attempt on a login thread. Fails, and drops the work, with kLimitExceeded after too many attempts for this
  // name or too many failures from the source, with kConnectionProblem when too many attempts wait.
  Status Submit(const Attempt& attempt, std::function<void()> work);

  // Records the result of an attempt.
  enum class Outcome { kLoggedIn, kWrong };
  void Report(const Attempt& attempt, Outcome outcome);

 private:
  RateLimiter attempts_;  // by source and name
  RateLimiter wrong_;     // by source
  Mutex mutex_;
  RecentMap<bool> familiar_ GUARDED_BY(mutex_);  // sources and names that have logged in
  SourceSlots waiting_;                          // of unfamiliar sources and names
  ThreadPool first_;                             // for the familiar
  ThreadPool others_;
};

}  // namespace sallyport
