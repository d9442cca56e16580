// Removes expired items from the backend, which hides them from the moment of expiry. Appends the audit event of an
// expired access request in the transaction of its removal, so that there is exactly one. Completes abandoned
// recordings.
#pragma once

#include <chrono>

#include "libbase/error.h"
#include "libbase/repeated_work.h"

namespace sallyport {

class AuthServer;

// Removes expired items, as many as fit into one transaction. Returns how many.
Result<std::size_t> RemoveExpired(AuthServer& auth);

// Removes expired items every few seconds, first those that expired while no server ran.
class ExpirySweeper {
 public:
  explicit ExpirySweeper(AuthServer& auth);

 private:
  // Returns the wait before the next sweep.
  std::chrono::seconds Sweep();

  AuthServer& auth_;
  std::chrono::steady_clock::time_point next_recordings_{};
  RepeatedWork sweeping_;
};

}  // namespace sallyport
