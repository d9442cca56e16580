// Runs a function repeatedly on its own thread, with pauses between the runs.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "libbase/mutex.h"

namespace sallyport {

class RepeatedWork {
 public:
  // Does the work and returns the pause before the next run.
  using Work = std::function<std::chrono::nanoseconds()>;

  // Starts the thread; the first run begins after the pause.
  RepeatedWork(std::chrono::nanoseconds pause, Work work);
  // Waits for a run in progress, or ends the current pause.
  ~RepeatedWork();
  RepeatedWork(const RepeatedWork&) = delete;
  RepeatedWork& operator=(const RepeatedWork&) = delete;

 private:
  void Run(std::chrono::nanoseconds pause);

  const Work work_;
  Mutex mutex_;
  ConditionVariable wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it starts after all other members exist
};

}  // namespace sallyport
