// Records one session: its events and its terminal's output, numbered and timed as Teleport does.
#pragma once

#include <memory>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/auth/audit/audit.h"
#include "libcluster/ssh/recording_spool.h"

namespace sallyport {

// For one strand. A failure is final: an event that could not be written is not in the recording.
class SessionRecorder {
 public:
  explicit SessionRecorder(std::shared_ptr<SpoolFile> file) : file_(std::move(file)) {}

  // Records an event of the audit log.
  Status Add(const AuditEvent& event);
  // Returns the index of the next event.
  std::int64_t next_index() const { return next_index_; }
  // Records output of the terminal.
  Status Print(std::string_view bytes);
  // Ends the recording.
  void End() { file_->End(); }

 private:
  Status Append(events::OneOf& event);

  const std::shared_ptr<SpoolFile> file_;
  std::int64_t next_index_ = 0;
  std::int64_t next_chunk_ = 0;
  std::int64_t offset_ = 0;
  Time first_print_{};
};

// Returns the end event of a session whose node died, made from the first and the last event of its recording. Fails
// with kBadParameter when the first is no session.start.
Result<events::OneOf> MakeUpEnd(const events::OneOf& first, const events::OneOf& last);

}  // namespace sallyport
