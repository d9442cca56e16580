#include "libcluster/ssh/session_log.h"

#include <thread>

#include "libbase/log.h"
#include "libcluster/net/await_callback.h"

namespace sallyport {
namespace {

constexpr std::string_view kExitSuccess = "0";

}  // namespace

SessionLog::SessionLog(std::shared_ptr<const SshConnection> connection, SessionFacts facts)
    : connection_(std::move(connection)), facts_(std::move(facts)), started_(Now()), start_(MakeStart()) {}

bool SessionLog::IsToBeRecorded() const {
  return facts_.terminal && connection_->dial().settings.recording_mode != "off";
}

asio::awaitable<Status> SessionLog::BeginRecording(std::shared_ptr<RecordingSpool> recordings,
                                                   std::function<void(const Error&)> lost) {
  RecordingSpool::Options options;
  options.at_once = connection_->dial().settings.recording_mode.ends_with("-sync");
  if (options.at_once) options.lost = std::move(lost);
  using Began = std::shared_ptr<Result<std::shared_ptr<SpoolFile>>>;
  // Only the auth service is slow to answer; files are not.
  const auto start = [recordings, id = facts_.id, options](auto done) {
    const auto begin = [recordings, id, options, done] {
      done(std::make_shared<Result<std::shared_ptr<SpoolFile>>>(recordings->Begin(id, options)));
    };
    if (!options.at_once) return begin();
    std::thread(begin).detach();
  };
  const Began began = co_await AwaitCallback<Began>(start);
  if (!*began) co_return std::unexpected(began->error());
  recorder_.emplace(std::move(**began));
  co_return Record([this](SessionRecorder& recorder) { return recorder.Add(start_); });
}

void SessionLog::Started() {
  if (!facts_.transfer) connection_->Emit(start_);
}

Status SessionLog::Print(std::string_view bytes) {
  return Record([bytes](SessionRecorder& recorder) { return recorder.Print(bytes); });
}

Status SessionLog::Resize(const std::string& size) {
  return Record(
      [this, &size](SessionRecorder& recorder) { return recorder.Add(Event(audit::kResize).Add("size", size)); });
}

Status SessionLog::Record(const std::function<Status(SessionRecorder&)>& what) {
  if (!recorder_) return {};
  Status recorded = what(*recorder_);
  if (recorded) return recorded;
  Log(LogLevel::kError, "cannot record a session", {{"session", facts_.id}, {"reason", recorded.error().message}});
  recorder_->End();
  recorder_.reset();
  return recorded;
}

void SessionLog::Emit(AuditEvent event) {
  event.Add("ei", recorder_ ? recorder_->next_index() : next_index_++);
  std::ignore = Record([&event](SessionRecorder& recorder) { return recorder.Add(event); });
  connection_->Emit(event);
}

AuditEvent SessionLog::Event(const AuditType& type) const { return connection_->Event(type).Add("sid", facts_.id); }

Value SessionLog::InitialCommand() const {
  return Value::Strings({facts_.command});  // a shell is an empty text
}

AuditEvent SessionLog::MakeStart() const {
  auto event = Event(audit::kSessionStart);
  if (!facts_.size.empty()) event.Add("size", facts_.size);
  return event.Add("initial_command", InitialCommand())
      .Add("session_recording", connection_->dial().settings.recording_mode);
}

void SessionLog::Ended(const std::string& exit_code) {
  if (facts_.transfer) return EmitTransferEnd(exit_code);
  if (!facts_.command.empty() && !facts_.terminal) {
    auto event = Event(exit_code == kExitSuccess ? audit::kExec : audit::kExecFailure);
    event.Add("command", facts_.command).Add("exitCode", exit_code);
    if (exit_code != kExitSuccess) event.Add("exitError", "exit status " + exit_code);
    connection_->Emit(event);
  }

  if (facts_.terminal) Emit(Event(audit::kSessionLeave));
  Emit(Event(audit::kSessionEnd)
           .Add("enhanced_recording", false)
           .Add("interactive", facts_.terminal)
           .Add("participants", Value::Strings({connection_->dial().user}))
           .Add("initial_command", InitialCommand())
           .Add("session_recording", connection_->dial().settings.recording_mode)
           .Add("session_start", FormatTime(started_))
           .Add("session_stop", FormatTime(Now())));

  if (recorder_) recorder_->End();
  recorder_.reset();
}

void SessionLog::EmitTransferEnd(const std::string& exit_code) {
  EmitFiles();
  connection_->Emit(connection_->Event(exit_code == kExitSuccess ? audit::kSubsystem : audit::kSubsystemFailure)
                        .Add("name", "sftp")
                        .Add("exitError", exit_code == kExitSuccess ? "" : "exit status " + exit_code));
}

void SessionLog::Tell(const std::optional<SftpLog::Done>& done) {
  if (!done) return;
  const SftpOperation& operation = done->operation;
  auto event = Event(done->error.empty() ? operation.success : operation.failure);
  event.Add("working_directory", "").Add("path", operation.path).Add("action", operation.action);
  if (!operation.target.empty()) event.Add("target_path", operation.target);
  if (operation.flags != 0) event.Add("flags", static_cast<std::int64_t>(operation.flags));
  if (!done->error.empty()) event.Add("error", done->error);
  connection_->Emit(event);
}

void SessionLog::EmitFiles() {
  Tell(sftp_log_.Finish());
  Value transfers = sftp_log_.Transfers();
  if (transfers.as_list().empty()) return;
  connection_->Emit(Event(audit::kSftpSummary).Add("file_transfer_stats", std::move(transfers)));
}

}  // namespace sallyport
