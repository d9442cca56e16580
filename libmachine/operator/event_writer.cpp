#include "libmachine/operator/event_writer.h"

#include "libbase/log.h"

namespace sallyport {
void EventWriter::Add(Value event) {
  const MutexLock lock(mutex_);
  if (waiting_.size() >= limits_.most) waiting_.pop_front();
  waiting_.push_back({std::move(event), Clock::now()});
  changed_.NotifyAll();
}

// Returns the next Event when there is no other work or the Event has waited for long; nothing at the end.
std::optional<Value> EventWriter::Take() {
  MutexLock lock(mutex_);
  while (true) {
    if (closed_ && (waiting_.empty() || Clock::now() > end_)) return std::nullopt;
    if (waiting_.empty()) {
      changed_.Wait(lock);
      continue;
    }
    if (!closed_ && is_busy_() && Clock::now() - waiting_.front().since < limits_.patience) {
      changed_.WaitUntil(lock, Clock::now() + limits_.look);
      continue;
    }

    Value event = std::move(waiting_.front().event);
    waiting_.pop_front();
    return event;
  }
}

void EventWriter::Run() {
  while (const auto event = Take()) {
    const Status written = write_(*event);
    if (!written) Log(LogLevel::kDebug, "an Event was not written", {{"reason", written.error().message}});
  }
}

void EventWriter::Close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  end_ = Clock::now() + limits_.last;
  changed_.NotifyAll();
}

}  // namespace sallyport
