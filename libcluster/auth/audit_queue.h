// Events of things that have already happened (a forwarded request): queued, and written together a moment later, so
// that the one who reports does not wait for the disk. Events of changes are never queued; they are part of the change.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "libcluster/auth/audit.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

class AuditQueue {
 public:
  explicit AuditQueue(Backend& backend);
  // Writes what is queued.
  ~AuditQueue();

  // Queues an event. False when the disk has fallen so far behind that nothing more should happen unaudited.
  [[nodiscard]] bool Push(AuditRecord record);

  // Returns whether Push would accept; asked before something is done that must be audited.
  bool Accepts();

 private:
  void Run();

  Backend& backend_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<AuditRecord> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sallyport
