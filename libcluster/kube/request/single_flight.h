// Shares one run of a piece of work between concurrent callers.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "libbase/mutex.h"

namespace sallyport {

// Safe from several threads.
template <typename T>
class SingleFlight {
 public:
  using Callback = std::function<void(const T&)>;

  // Adds a callback, to be called once with the result. Returns whether it is the first: its caller then does the work
  // and calls Finish.
  bool Join(Callback callback) {
    const MutexLock lock(mutex_);
    waiting_.push_back(std::move(callback));
    return waiting_.size() == 1;
  }

  // Calls all added callbacks; the next Join begins a new run.
  void Finish(const T& result) {
    std::vector<Callback> waiting;
    {
      const MutexLock lock(mutex_);
      waiting.swap(waiting_);
    }
    for (const auto& callback : waiting) callback(result);
  }

 private:
  Mutex mutex_;
  std::vector<Callback> waiting_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
