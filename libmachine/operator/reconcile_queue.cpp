#include "libmachine/operator/reconcile_queue.h"

#include <algorithm>

namespace sallyport {

void ReconcileQueue::Add(const QueuedCustom& item) {
  const MutexLock lock(mutex_);
  Entry& entry = entries_[{item.kind->kind, item.name}];
  const bool queued = entry.due.has_value();
  entry.kind = item.kind;
  if (!queued || item.cause == ReconcileCause::kCustomResource) entry.cause = item.cause;
  entry.due = Clock::now();
  changed_.NotifyOne();
}

std::optional<QueuedCustom> ReconcileQueue::Take() {
  MutexLock lock(mutex_);
  while (!closed_) {
    auto next = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->second.in_work || !entry->second.due) continue;
      if (next == entries_.end() || *entry->second.due < *next->second.due) next = entry;
    }

    if (next == entries_.end()) {
      changed_.Wait(lock);
      continue;
    }
    const auto due = *next->second.due;
    if (due > Clock::now()) {
      changed_.WaitUntil(lock, due);
      continue;
    }

    next->second.in_work = true;
    next->second.due.reset();
    return QueuedCustom{.kind = next->second.kind, .name = next->first.second, .cause = next->second.cause};
  }
  return std::nullopt;
}

void ReconcileQueue::Done(const QueuedCustom& item, bool failed) {
  const MutexLock lock(mutex_);
  const auto found = entries_.find({item.kind->kind, item.name});
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.in_work = false;
  changed_.NotifyAll();
  if (!failed && !entry.due) {
    entries_.erase(found);
    return;
  }

  if (!failed) entry.pause = std::chrono::milliseconds(0);
  if (!failed || entry.due) return;  // it is due because of a change
  entry.pause = std::clamp(entry.pause * 2, options_.first_pause, options_.longest_pause);
  entry.cause = item.cause;
  entry.due = Clock::now() + entry.pause;
}

void ReconcileQueue::Reopen() {
  const MutexLock lock(mutex_);
  entries_.clear();
  closed_ = false;
}

std::size_t ReconcileQueue::depth() const {
  const MutexLock lock(mutex_);
  const auto now = Clock::now();
  return static_cast<std::size_t>(std::ranges::count_if(
      entries_, [&](const auto& one) { return !one.second.in_work && one.second.due && *one.second.due <= now; }));
}

void ReconcileQueue::Close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  changed_.NotifyAll();
}

}  // namespace sallyport
