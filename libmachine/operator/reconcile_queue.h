// The queue of custom resources to look at: each is in it once, is given to one worker at a time, and comes back after
// a pause that grows with its failures.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "libbase/mutex.h"
#include "libmachine/operator/custom_kind.h"
#include "libmachine/operator/custom_reconciler.h"

namespace sallyport {

struct QueuedCustom {
  const CustomKind* kind = nullptr;
  std::string name;
  ReconcileCause cause = ReconcileCause::kCustomResource;
  // Of drift: MeaningDigest of the resource as it is now, which may be what the operator has written; "": not known.
  std::string content;
};

// Safe from several threads.
class ReconcileQueue {
 public:
  struct Options {
    std::chrono::milliseconds first_pause{200};  // after a failure, doubled up to the longest
    std::chrono::milliseconds longest_pause{60'000};
  };
  explicit ReconcileQueue(Options options) : options_(options) {}

  // Puts a custom resource into the queue, due at once. One that is in work comes again when its worker is done. A
  // change of the custom resource counts more than drift.
  void Add(const QueuedCustom& item) EXCLUDES(mutex_);
  // Waits for a custom resource that is due; nothing after Close. The worker calls Done with the same item.
  std::optional<QueuedCustom> Take() EXCLUDES(mutex_);
  // Ends the work on an item; a failed one comes again after its pause.
  void Done(const QueuedCustom& item, bool failed) EXCLUDES(mutex_);
  // Ends all waits.
  void Close() EXCLUDES(mutex_);
  // Opens a closed queue again, empty. No worker may use it then.
  void Reopen() EXCLUDES(mutex_);
  // Returns how many custom resources are due, and wait for a worker.
  std::size_t depth() const EXCLUDES(mutex_);

 private:
  using Clock = std::chrono::steady_clock;
  using Key = std::pair<std::string_view, std::string>;  // kind, name
  struct Entry {
    const CustomKind* kind = nullptr;
    ReconcileCause cause = ReconcileCause::kDrift;
    std::string content;
    std::optional<Clock::time_point> due;  // nothing: not queued
    bool in_work = false;
    std::chrono::milliseconds pause{0};  // the last one; zero: no failure
  };

  using Entries = std::map<Key, Entry>;

  // Makes an entry due; it is in `waiting_` unless a worker has it.
  void SetDue(Entries::value_type& entry, Clock::time_point due) REQUIRES(mutex_);

  const Options options_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  Entries entries_ GUARDED_BY(mutex_);
  std::set<std::pair<Clock::time_point, Key>> waiting_ GUARDED_BY(mutex_);  // the entries that are due and not in work
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace sallyport
