// Queues audit events of completed actions (a forwarded request) and writes them in batches a moment later, so that the
// reporting thread does not wait for the disk. Events of changes are never queued; they are part of the change.
//
// Events that the disk does not accept stay queued, within a limit, and the write is retried. Until the write succeeds,
// callers must start no audited action: Accepts returns false.
#pragma once

#include <cstdint>
#include <deque>
#include <thread>

#include "libbase/mutex.h"
#include "libcluster/auth/audit/audit.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

// Safe from several threads.
class AuditQueue {
 public:
  explicit AuditQueue(Backend& backend);
  // Writes the queued events. Gives up after a moment when the disk does not accept them, and logs how many were lost.
  ~AuditQueue();

  // Queues an event. Returns false, and drops the event, when the queue is full.
  [[nodiscard]] bool Push(AuditRecord record);

  // Queues an event that could not be written with its change: Accepts returns false until this event is written.
  [[nodiscard]] bool Keep(AuditRecord record);

  // Returns how many events were queued so far, and how many of them the disk has; they are written in the order in
  // which they were queued.
  std::uint64_t queued();
  std::uint64_t written();

  // Returns whether events are being written and more may be queued. Callers ask before each audited action.
  bool Accepts();

  // Returns the error for an action that must be audited and cannot be.
  static Error Refusal();

 private:
  bool Add(AuditRecord record) REQUIRES(mutex_);
  void Run();
  bool WriteSome() REQUIRES(mutex_);

  Backend& backend_;
  Mutex mutex_;
  ConditionVariable wake_;
  std::deque<AuditRecord> queue_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;  // of queue_
  std::uint64_t written_ GUARDED_BY(mutex_) = 0;
  bool failing_ GUARDED_BY(mutex_) = false;  // the last write failed
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sallyport
