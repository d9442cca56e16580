// Shares a thread pool fairly between callers: runs a few pieces of work of each caller at a time and queues the rest,
// so that one caller's flood does not take the others' threads.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "libbase/mutex.h"
#include "libcluster/net/thread_pool.h"

namespace sallyport {

// Safe from several threads.
class FairPool {
 public:
  struct Limits {
    std::size_t running;  // of one caller
    std::size_t waiting;  // of one caller, beside the running ones
  };

  // The threads must outlive the pool's last work: destroy them after Stop; they wait for running work.
  FairPool(ThreadPool& threads, Limits limits);

  // Queues `work` of the caller `key`. Returns false, and drops the work, when too much of this caller waits, or after
  // Stop.
  bool Submit(const std::string& key, std::function<void()> work);
  // Drops waiting work. Running work continues.
  void Stop();

 private:
  struct Queue {
    std::size_t running = 0;
    std::deque<std::function<void()>> waiting;
  };
  struct State {
    Mutex mutex;
    std::map<std::string, Queue> queues GUARDED_BY(mutex);
    bool stopped GUARDED_BY(mutex) = false;
  };
  static void Start(ThreadPool& threads, const std::shared_ptr<State>& state, const std::string& key,
                    std::function<void()> work);

  ThreadPool& threads_;
  const Limits limits_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();  // running work outlives the pool
};

}  // namespace sallyport
