// Delivers the changes of a backend to its watchers: after each commit, in the order of commits.
//
// All functions are safe from several threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

// Events, shared by all watchers of a change: slow watchers keep no copies.
using SharedEvents = std::vector<std::shared_ptr<const BackendEvent>>;

// Queues the events for one watcher; its destructor ends the watch.
class ChangeWatcher {
 public:
  // Watches keys that begin with one of the prefixes. `wake` is called on the committing thread when Take has events;
  // it must not block or commit.
  ChangeWatcher(std::vector<std::string> prefixes, std::function<void()> wake);

  // Returns a watcher for a backend without events: its Take() always fails, so that its owner reads again.
  static std::shared_ptr<ChangeWatcher> Unknowing();

  // Returns whether the watcher learns of changes.
  bool knows() const { return knows_; }

  // Returns the changes since the last call. Fails with kLimitExceeded, from then on, when too many changes have queued
  // up between calls.
  Result<SharedEvents> Take();

 private:
  friend class ChangeFeed;
  void Offer(const SharedEvents& events);

  const std::vector<std::string> prefixes_;
  const std::function<void()> wake_;
  Mutex mutex_;
  SharedEvents events_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  bool behind_ GUARDED_BY(mutex_) = false;
  bool knows_ = true;  // set before others have the watcher
};

// The watchers of one backend.
class ChangeFeed {
 public:
  std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string> prefixes, std::function<void()> wake);
  void Publish(const std::vector<BackendEvent>& events);

 private:
  Mutex mutex_;
  std::vector<std::weak_ptr<ChangeWatcher>> watchers_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
