// Exports the audit log of a cluster to a sink: at least once, with cursors that are written after the sink has the
// events (docs/protocol/audit.md#event-handler).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "libbase/error.h"
#include "libbase/stop_signal.h"
#include "libmachine/export/audit_source.h"
#include "libmachine/export/chunk_export.h"
#include "libmachine/export/delivery.h"
#include "libmachine/export/export_progress.h"
#include "libmachine/export/export_settings.h"
#include "libmachine/export/export_storage.h"
#include "libmachine/export/login_locks.h"
#include "libmachine/export/session_export.h"

namespace sallyport {

class EventExport {
 public:
  // Everything given must outlive the export.
  EventExport(const ExportSettings& settings, AuditSource& source, EventSink& sink, ExportStorage& storage,
              const StopSignal& stop);

  // Exports until the stop signal, or until the end of the log with exit_on_last_event. A cluster that cannot be
  // reached is tried again. Fails with kBadParameter when the storage belongs to another cluster or start time or is
  // damaged, kNotLoggedIn and kAccessDenied when the identity may not read the log at the start, and as the storage
  // does.
  Status Run();

  const ExportProgress& progress() const { return progress_; }

 private:
  // How far a log is followed.
  struct Followed {
    std::string cursor;  // after what the sink has
    std::chrono::steady_clock::time_point written{};
    std::chrono::steady_clock::time_point listed{};
    std::optional<Time> first;  // of the first event
    bool is_written = true;     // the storage has the cursor
  };
  Result<AuditMethod> Begin();
  Status RunMethod(AuditMethod method);
  Status FollowLog();
  Status KeepFollowed(Followed& followed);
  Status TakeFollowed(FollowedEvents answer, Followed& followed);
  Status TakeAnswer(FollowedEvents answer, Followed& followed);
  Status ExportChunks();
  Status ExportPages();
  Result<bool> ExportWindow(PageCursor& at, Time to, bool is_last);

  Status SendEvents(std::vector<ExportedEvent> events);
  Result<std::vector<ExportedEvent>> Wanted(std::vector<ExportedEvent> events) const;
  Status AfterEvent(const ExportedEvent& event);
  bool IsWanted(const ExportedEvent& event) const;
  void Pause(Nanoseconds time) const;
  bool WaitForStorage(const Error& failure);

  const ExportSettings& settings_;
  AuditSource& source_;
  ExportStorage& storage_;
  const StopSignal& stop_;
  ExportProgress progress_;
  Delivery delivery_;
  LoginLocks locks_;
  SessionExport sessions_;
  ChunkExport chunks_;
  Time start_{};
};

}  // namespace sallyport
