// What has expired is out of sight at once; here it is taken away. That an access request is over is an event of the
// audit log, written with its removal, so that it is told once. Recordings that nobody will complete are completed
// here.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "libbase/error.h"

namespace sallyport {

class AuthServer;

// Takes away what is past its expiry now, as many items as fit into one transaction. Returns how many they were.
Result<std::size_t> RemoveExpired(AuthServer& auth);

// Does so every few seconds, from the start on: what expired while no server ran goes then.
class ExpirySweeper {
 public:
  explicit ExpirySweeper(AuthServer& auth);
  ~ExpirySweeper();

 private:
  void Run();

  AuthServer& auth_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sallyport
