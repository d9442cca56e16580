// Events of things that have already happened (a forwarded request): queued, and written together a moment later, so
// that the one who reports does not wait for the disk. Events of changes are never queued; they are part of the change.
//
// What the disk does not take stays queued and is tried again until it does, within a limit. Until then nothing more
// that must be audited should happen: Accepts says so.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "libcluster/auth/audit/audit.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

// Safe from several threads.
class AuditQueue {
 public:
  explicit AuditQueue(Backend& backend);
  // Writes what is queued; gives up after a moment when the disk does not take it, and the log says how much was lost.
  ~AuditQueue();

  // Queues an event. False, and the event is lost, when no more can be kept.
  [[nodiscard]] bool Push(AuditRecord record);

  // Queues an event that could not be written with what it tells of: nothing more is accepted until it is.
  [[nodiscard]] bool Keep(AuditRecord record);

  // Returns how many events were queued so far, and how many of them the disk has; they are written in the order in
  // which they were queued.
  std::uint64_t queued();
  std::uint64_t written();

  // Returns whether events are being written and more may be queued; asked before something is done that must be
  // audited.
  bool Accepts();

  // The refusal of what must be audited and cannot be.
  static Error Refusal();

 private:
  bool Add(AuditRecord record);
  void Run();
  bool WriteSome(std::unique_lock<std::mutex>& lock);

  Backend& backend_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<AuditRecord> queue_;
  std::size_t bytes_ = 0;  // of queue_
  std::uint64_t written_ = 0;
  bool failing_ = false;  // the last write failed
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sallyport
