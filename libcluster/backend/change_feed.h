// What changes in a backend, told to those who watch it: after each commit, in the order of commits.
//
// All functions are safe from several threads.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

// Events, which all watchers of a change share: who does not take them keeps no copy of its own.
using SharedEvents = std::vector<std::shared_ptr<const BackendEvent>>;

// Has what one watcher has not taken yet. Nothing comes any more when it is gone.
class ChangeWatcher {
 public:
  // Watches keys that begin with one of the prefixes. `wake` is called when there is something to take, from the thread
  // that commits: it must not block, nor commit.
  ChangeWatcher(std::vector<std::string> prefixes, std::function<void()> wake);

  // Returns a watcher of a backend that does not say what changes: its Take() always fails, so that its owner reads
  // anew.
  static std::shared_ptr<ChangeWatcher> Unknowing();

  // Returns whether the watcher learns of changes.
  bool knows() const { return knows_; }

  // Returns what has changed since. Fails with kLimitExceeded, from then on, when it was not called for so long that
  // too much has.
  Result<SharedEvents> Take();

 private:
  friend class ChangeFeed;
  void Offer(const SharedEvents& events);

  const std::vector<std::string> prefixes_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  SharedEvents events_;
  std::size_t bytes_ = 0;
  bool behind_ = false;
  bool knows_ = true;
};

// The watchers of one backend.
class ChangeFeed {
 public:
  std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string> prefixes, std::function<void()> wake);
  void Publish(const std::vector<BackendEvent>& events);

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<ChangeWatcher>> watchers_;
};

}  // namespace sallyport
