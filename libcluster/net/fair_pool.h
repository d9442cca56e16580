// Shares a thread pool between callers: of each caller a few pieces of work run at a time, and what else it wants done
// waits for its turn. One caller's flood takes none of the others' threads.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "libcluster/net/thread_pool.h"

namespace sallyport {

// Safe from several threads.
class FairPool {
 public:
  struct Limits {
    std::size_t running;  // of one caller
    std::size_t waiting;  // of one caller, beside those
  };

  // The threads must outlive the pool's last work: they are destroyed after Stop, and wait for what runs.
  FairPool(ThreadPool& threads, Limits limits);

  // Runs `work` of the caller `key` as soon as it is its turn. Returns false when too much of this caller waits, or
  // after Stop: the work is not done then.
  bool Submit(const std::string& key, std::function<void()> work);
  // Drops what waits. What runs goes on.
  void Stop();

 private:
  struct Queue {
    std::size_t running = 0;
    std::deque<std::function<void()>> waiting;
  };
  struct State {
    std::mutex mutex;
    std::map<std::string, Queue> queues;
    bool stopped = false;
  };
  static void Start(ThreadPool& threads, const std::shared_ptr<State>& state, const std::string& key,
                    std::function<void()> work);

  ThreadPool& threads_;
  const Limits limits_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();  // running work outlives the pool
};

}  // namespace sallyport
