// Sends the events of recordings to the sink, a few sessions at a time, each in order.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "libbase/mutex.h"
#include "libbase/stop_signal.h"
#include "libmachine/export/audit_source.h"
#include "libmachine/export/delivery.h"
#include "libmachine/export/export_progress.h"
#include "libmachine/export/export_settings.h"
#include "libmachine/export/export_storage.h"

namespace sallyport {

// Safe from several threads.
class SessionExport {
 public:
  // Starts the threads, with the sessions that the storage has from an earlier run. Everything given must outlive it.
  SessionExport(const ExportSettings& settings, AuditSource& source, Delivery& delivery, ExportStorage& storage,
                ExportProgress& progress, const StopSignal& stop);
  // Waits for the threads; the stop signal must be set, or Finish have returned.
  ~SessionExport();
  SessionExport(const SessionExport&) = delete;
  SessionExport& operator=(const SessionExport&) = delete;

  // Writes the sessions of an earlier run into the queue. Fails as the storage does.
  Status Begin() EXCLUDES(mutex_);
  // Queues the recording of a session, after it is in the storage: waits while the queue is full.
  Status Add(const std::string& session, Time uploaded) EXCLUDES(mutex_);
  // Notes a session that has ended: its recording is looked for later, unless its upload is told before. A node inside
  // of Teleport's auth service tells no upload.
  Status Expect(const std::string& session, Time ended) EXCLUDES(mutex_);
  // Waits until no session is left, and ends the threads.
  void Finish() EXCLUDES(mutex_);

 private:
  struct Session {
    std::string id;
    std::int64_t index = 0;
    int attempt = 0;  // of a recording that was missing
    Time uploaded{};
  };
  void Work() EXCLUDES(mutex_);
  void LookForMissing() EXCLUDES(mutex_);
  Status Send(Session& session);
  Status SendOnce(Session& session);
  bool ReadsLater(const Error& failure) const;
  Status KeepMissing(const Session& session, const Error& reason);
  void Queue(Session session) REQUIRES(mutex_);
  void RememberSent(const std::string& session) EXCLUDES(mutex_);

  const ExportSettings& settings_;
  AuditSource& source_;
  Delivery& delivery_;
  ExportStorage& storage_;
  ExportProgress& progress_;
  const StopSignal& stop_;

  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<Session> queue_ GUARDED_BY(mutex_);
  std::set<std::string> known_ GUARDED_BY(mutex_);   // queued, or being sent
  std::deque<std::string> sent_ GUARDED_BY(mutex_);  // the sessions that were sent last
  bool finishing_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;  // last: they start after all other members exist
};

}  // namespace sallyport
