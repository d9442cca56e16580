// Writes the audit events and the recording of one session. Internal to libcluster.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libcluster/net/stream.h"
#include "libcluster/ssh/session_recorder.h"
#include "libcluster/ssh/sftp_log.h"
#include "libcluster/ssh/ssh_connection.h"

namespace sallyport {

struct SessionFacts {
  std::string id;
  std::string command;  // empty: a shell
  bool terminal = false;
  std::string size;       // "COLUMNS:ROWS" of the terminal
  bool transfer = false;  // files, by sftp-server
};

// For one strand.
class SessionLog {
 public:
  SessionLog(std::shared_ptr<const SshConnection> connection, SessionFacts facts);

  const SessionFacts& facts() const { return facts_; }
  // Records the terminal's output, unless the cluster records nothing.
  bool IsToBeRecorded() const;
  bool is_recording() const { return recorder_.has_value(); }

  // Starts the recording. Calls `lost`, from any thread, when a synchronous upload to the auth service fails later.
  // Fails when nothing can be recorded.
  asio::awaitable<Status> BeginRecording(std::shared_ptr<RecordingSpool> recordings,
                                         std::function<void(const Error&)> lost);
  // Writes the event of the session's start.
  void Started();
  // Record the terminal's output, or its new size. Fail once when recording stops working.
  Status Print(std::string_view bytes);
  Status Resize(const std::string& size);
  // Handles a line of sftp-server's log.
  void TakeFileLog(std::string_view line) { Tell(sftp_log_.Take(line)); }
  // Writes the event of the session's end, and completes the recording.
  void Ended(const std::string& exit_code);

 private:
  AuditEvent Event(const AuditType& type) const;
  AuditEvent MakeStart() const;
  Value InitialCommand() const;
  void Emit(AuditEvent event);
  Status Record(const std::function<Status(SessionRecorder&)>& what);
  void Tell(const std::optional<SftpLog::Done>& done);
  void EmitFiles();
  void EmitTransferEnd(const std::string& exit_code);

  const std::shared_ptr<const SshConnection> connection_;
  const SessionFacts facts_;
  const Time started_;
  const AuditEvent start_;       // the same event in the audit log and in the recording
  std::int64_t next_index_ = 1;  // of a session that is not recorded
  std::optional<SessionRecorder> recorder_;
  SftpLog sftp_log_;
};

}  // namespace sallyport
