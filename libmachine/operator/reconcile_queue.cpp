#include "libmachine/operator/reconcile_queue.h"

#include <algorithm>
#include <iterator>

namespace sallyport {

void ReconcileQueue::SetDue(Entries::value_type& entry, Clock::time_point due) {
  Entry& state = entry.second;
  if (state.due) waiting_.erase({*state.due, entry.first});
  state.due = due;
  if (!state.in_work) waiting_.insert({due, entry.first});
}

void ReconcileQueue::Add(const QueuedCustom& item) {
  const MutexLock lock(mutex_);
  const auto entry = entries_.try_emplace({item.kind->kind, item.name}).first;
  Entry& state = entry->second;
  state.kind = item.kind;
  if (!state.due || item.cause == ReconcileCause::kCustomResource) state.cause = item.cause;
  state.content = item.content;
  SetDue(*entry, Clock::now());
  changed_.NotifyOne();
}

std::optional<QueuedCustom> ReconcileQueue::Take() {
  MutexLock lock(mutex_);
  while (!closed_) {
    if (waiting_.empty()) {
      changed_.Wait(lock);
      continue;
    }
    const auto first = waiting_.begin();
    if (const auto due = first->first; due > Clock::now()) {
      changed_.WaitUntil(lock, due);
      continue;
    }

    const auto entry = entries_.find(first->second);
    waiting_.erase(first);
    Entry& state = entry->second;
    state.in_work = true;
    state.due.reset();
    return QueuedCustom{
        .kind = state.kind, .name = entry->first.second, .cause = state.cause, .content = std::move(state.content)};
  }
  return std::nullopt;
}

void ReconcileQueue::Done(const QueuedCustom& item, bool failed) {
  const MutexLock lock(mutex_);
  const auto entry = entries_.find({item.kind->kind, item.name});
  if (entry == entries_.end()) return;
  Entry& state = entry->second;
  state.in_work = false;
  changed_.NotifyAll();
  if (!failed && !state.due) {
    entries_.erase(entry);
    return;
  }

  if (!failed) state.pause = std::chrono::milliseconds(0);
  if (state.due) {  // because of a change in the meantime
    SetDue(*entry, *state.due);
    return;
  }
  state.pause = std::clamp(state.pause * 2, options_.first_pause, options_.longest_pause);
  state.cause = item.cause;
  state.content.clear();
  SetDue(*entry, Clock::now() + state.pause);
}

void ReconcileQueue::Reopen() {
  const MutexLock lock(mutex_);
  entries_.clear();
  waiting_.clear();
  closed_ = false;
}

std::size_t ReconcileQueue::depth() const {
  const MutexLock lock(mutex_);
  const auto later = waiting_.upper_bound({Clock::now(), Key()});
  return static_cast<std::size_t>(std::distance(waiting_.begin(), later));
}

void ReconcileQueue::Close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  changed_.NotifyAll();
}

}  // namespace sallyport
