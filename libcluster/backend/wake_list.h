// Calls functions when something has happened.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "libbase/mutex.h"

namespace sallyport {

// Safe from several threads.
class WakeList {
 public:
  // Adds a function, until the result is destroyed; a call that has begun may end after that.
  std::shared_ptr<void> Add(std::function<void()> wake) {
    auto added = std::make_shared<std::function<void()>>(std::move(wake));
    const MutexLock lock(mutex_);
    std::erase_if(list_, [](const auto& weak) { return weak.expired(); });
    list_.push_back(added);
    return added;
  }

  // Calls all functions, on this thread.
  void Wake() {
    std::vector<std::weak_ptr<std::function<void()>>> list;
    {
      const MutexLock lock(mutex_);
      list = list_;
    }
    for (const auto& weak : list) {
      if (const auto wake = weak.lock()) (*wake)();
    }
  }

 private:
  Mutex mutex_;
  std::vector<std::weak_ptr<std::function<void()>>> list_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
