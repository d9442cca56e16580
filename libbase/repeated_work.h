// Work that is done again and again, on a thread of its own, with pauses between.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace sallyport {

class RepeatedWork {
 public:
  // Does the work and returns how long to wait before it is done again.
  using Work = std::function<std::chrono::nanoseconds()>;

  // Begins after a pause.
  RepeatedWork(std::chrono::nanoseconds pause, Work work);
  // Waits for the work, when it is being done, and ends a pause.
  ~RepeatedWork();
  RepeatedWork(const RepeatedWork&) = delete;
  RepeatedWork& operator=(const RepeatedWork&) = delete;

 private:
  void Run(std::chrono::nanoseconds pause);

  const Work work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: it starts when everything else is there
};

}  // namespace sallyport
