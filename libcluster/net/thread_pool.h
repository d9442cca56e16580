// Threads for blocking work (a commit, a password hash), so that network threads never block. Threads start on demand
// up to a limit and end after a while without work.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <limits>

#include "libbase/mutex.h"

namespace sallyport {

struct ThreadPoolOptions {
  std::size_t max_threads = 1;
  // The limit of queued work.
  std::size_t max_waiting = std::numeric_limits<std::size_t>::max();
};

class ThreadPool {
 public:
  explicit ThreadPool(std::size_t max_threads) : ThreadPool(ThreadPoolOptions{.max_threads = max_threads}) {}
  explicit ThreadPool(ThreadPoolOptions options) : options_(options) {}
  // Waits for running work, and drops queued work.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void Submit(std::function<void()> work);
  // Queues the work; returns false, and drops it, when the queue is full.
  [[nodiscard]] bool TrySubmit(std::function<void()> work);

 private:
  void Enqueue(std::function<void()> work) REQUIRES(mutex_);
  void Run();

  const ThreadPoolOptions options_;
  Mutex mutex_;
  ConditionVariable wake_;
  ConditionVariable ended_;
  std::deque<std::function<void()>> queue_ GUARDED_BY(mutex_);
  std::size_t threads_ GUARDED_BY(mutex_) = 0;
  std::size_t idle_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace sallyport
