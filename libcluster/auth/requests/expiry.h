// What has expired is out of sight at once; here it is taken away. That an access request is over is an event of the
// audit log, written with its removal, so that it is told once. Recordings that nobody will complete are completed
// here.
#pragma once

#include <chrono>

#include "libbase/error.h"
#include "libbase/repeated_work.h"

namespace sallyport {

class AuthServer;

// Takes away what is past its expiry now, as many items as fit into one transaction. Returns how many they were.
Result<std::size_t> RemoveExpired(AuthServer& auth);

// Does so every few seconds, from the start on: what expired while no server ran goes then.
class ExpirySweeper {
 public:
  explicit ExpirySweeper(AuthServer& auth);

 private:
  // Returns how long to wait before the next.
  std::chrono::seconds Sweep();

  AuthServer& auth_;
  std::chrono::steady_clock::time_point next_recordings_{};
  RepeatedWork sweeping_;
};

}  // namespace sallyport
