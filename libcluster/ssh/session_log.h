// What the audit log and the recording have of one session. Internal to libcluster.
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
  // What a terminal shows is recorded, unless the cluster records nothing.
  bool IsToBeRecorded() const;
  bool is_recording() const { return recorder_.has_value(); }

  // Begins the recording. `lost` is called, from any thread, when it must be at the auth service at once and gets lost
  // later. Fails when nothing can be recorded.
  asio::awaitable<Status> BeginRecording(std::shared_ptr<RecordingSpool> recordings,
                                         std::function<void(const Error&)> lost);
  // Tells that the session begins.
  void Started();
  // Records what the terminal shows, or its new size. Fails once, when nothing is recorded from here on.
  Status Print(std::string_view bytes);
  Status Resize(const std::string& size);
  // Takes a line of sftp-server's log.
  void TakeFileLog(std::string_view line) { Tell(sftp_log_.Take(line)); }
  // Tells how it has ended, and completes the recording.
  void Ended(const std::string& exit_code);

 private:
  AuditEvent Event(const AuditType& type) const;
  AuditEvent StartEvent() const;
  Value InitialCommand() const;
  void Emit(const AuditEvent& event);
  Status Record(const std::function<Status(SessionRecorder&)>& what);
  void Tell(const std::optional<SftpLog::Done>& done);
  void EmitFiles();
  void EmitTransferEnd(const std::string& exit_code);

  const std::shared_ptr<const SshConnection> connection_;
  const SessionFacts facts_;
  const Time started_;
  std::optional<SessionRecorder> recorder_;
  SftpLog sftp_log_;
};

}  // namespace sallyport
