// What is recorded of one session: its events and what its terminal showed, numbered and timed as Teleport does.
#pragma once

#include <memory>
#include <string_view>

#include "libbase/error.h"
#include "libcluster/auth/audit/audit.h"
#include "libcluster/ssh/recording_spool.h"

namespace sallyport {

// For one strand. A failure is final: what could not be written is not in the recording.
class SessionRecorder {
 public:
  explicit SessionRecorder(std::shared_ptr<SpoolFile> file) : file_(std::move(file)) {}

  // Records an event of the audit log.
  Status Add(const AuditEvent& event);
  // Records what the terminal shows now.
  Status Print(std::string_view bytes);
  // Nothing follows.
  void End() { file_->End(); }

 private:
  Status Append(events::OneOf& event);

  const std::shared_ptr<SpoolFile> file_;
  std::int64_t next_index_ = 0;
  std::int64_t next_chunk_ = 0;
  std::int64_t offset_ = 0;
  Time first_print_{};
};

// Returns the event that ends a session which nobody has ended: its node died. It is made of the first event of its
// recording, and the last. kBadParameter when the first is no session.start.
Result<events::OneOf> MakeUpEnd(const events::OneOf& first, const events::OneOf& last);

}  // namespace sallyport
