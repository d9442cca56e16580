#include "libcluster/ssh/session_door.h"

#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "libbase/address.h"
#include "libbase/log.h"
#include "libbase/secret.h"
#include "libbase/socket.h"
#include "libcluster/net/await_callback.h"
#include "libcluster/ssh/session_frames.h"
#include "libcluster/ssh/session_recorder.h"
#include "libcluster/ssh/sftp_log.h"

namespace sallyport {

using boost::system::error_code;
using LocalSocket = asio::local::stream_protocol::socket;

struct SessionDoor::State {
  State(EventLoop& loop_in, Find find_in, std::shared_ptr<RecordingSpool> recordings_in)
      : loop(loop_in),
        find(std::move(find_in)),
        recordings(std::move(recordings_in)),
        strand(asio::make_strand(ContextOf(loop))),
        acceptor(strand) {}
  EventLoop& loop;
  const Find find;
  const std::shared_ptr<RecordingSpool> recordings;
  asio::strand<asio::io_context::executor_type> strand;
  asio::local::stream_protocol::acceptor acceptor;
};

namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::chrono::seconds kHelloTimeout{10};
constexpr std::chrono::milliseconds kLoginCheck{1};
constexpr std::chrono::seconds kLoginTimeout{3};

bool IsUser(uid_t uid, const std::string& login) {
  std::array<char, 16 << 10> buffer;
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(login.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr && found->pw_uid == uid;
}

// Whether a command copies files the old way, by scp at both ends.
bool IsScp(std::string_view command) {
  if (!command.starts_with("scp ")) return false;
  return command.contains(" -t") || command.contains(" -f");
}

// One session, from its program's hello until that leaves.
class Session {
 public:
  Session(LocalSocket socket, std::shared_ptr<SessionDoor::State> state)
      : socket_(std::move(socket)), state_(std::move(state)) {}

  asio::awaitable<void> Serve() {
    const auto hello = co_await Hello();
    if (!hello) co_return;
    connection_ = state_->find(hello->connection);
    SessionVerdict verdict;
    verdict.refusal = co_await Refusal(*hello);
    if (verdict.refusal.empty()) verdict = Verdict(*hello);
    if (verdict.refusal.empty()) {
      const AuditEvent start = StartEvent(*hello);
      if (IsRecorded(*hello)) co_await BeginRecording(start, verdict);
      if (verdict.refusal.empty() && !is_sftp_) {
        connection_->Began(id_);
        connection_->Emit(start);
      }
    }
    const std::string frame = EncodeFrame(SessionFrameType::kVerdict, EncodeVerdict(verdict));
    error_code error;
    co_await asio::async_write(socket_, asio::buffer(frame), asio::redirect_error(asio::use_awaitable, error));
    if (!verdict.refusal.empty()) co_return;
    ListenForEnd();
    if (!error) co_await Frames();
    EmitEnd(*hello);
    StopRecording();
  }

 private:
  asio::awaitable<void> Read(error_code& error) {
    const std::size_t count =
        co_await socket_.async_read_some(asio::buffer(buffer_), asio::redirect_error(asio::use_awaitable, error));
    if (!error) bytes_.append(buffer_.data(), count);
  }

  asio::awaitable<std::optional<SessionHello>> Hello() {
    asio::steady_timer timer(co_await asio::this_coro::executor, kHelloTimeout);
    auto read = co_await (HelloFrame() || timer.async_wait(asio::use_awaitable));
    if (read.index() == 1) co_return std::nullopt;
    co_return std::get<0>(std::move(read));
  }

  asio::awaitable<std::optional<SessionHello>> HelloFrame() {
    error_code error;
    while (!error) {
      const auto frame = TakeFrame(bytes_);
      if (!frame) co_return std::nullopt;
      if (*frame) {
        auto hello = DecodeHello((*frame)->payload);
        if (!hello || (*frame)->type != SessionFrameType::kHello) co_return std::nullopt;
        co_return std::move(*hello);
      }
      co_await Read(error);
    }
    co_return std::nullopt;
  }

  // Why the session may not run; "" when it may. What sshd logs of the login may be read a moment after this asks.
  asio::awaitable<std::string> Refusal(const SessionHello& hello) {
    if (!connection_) co_return "access denied: this connection is not known to the node";
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const auto give_up = std::chrono::steady_clock::now() + kLoginTimeout;
    while (connection_->Login().empty() && connection_->EndReason().empty()) {
      if (std::chrono::steady_clock::now() > give_up) co_return "the node does not know who logged in";
      timer.expires_after(kLoginCheck);
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (!connection_->EndReason().empty()) co_return connection_->EndReason();
    const auto peer = PeerUser(socket_.native_handle());
    if (!peer || !IsUser(*peer, connection_->Login())) co_return "access denied: the session is of another user";
    if (!connection_->IsSftp(hello.command) && !IsScp(hello.command)) co_return "";
    if (!connection_->node().copy_files) co_return "access denied: this node does not copy files";
    if (!connection_->dial().permit.copy_files)
      co_return "access denied: your roles do not let you copy files (ssh_file_copy)";
    co_return "";
  }

  SessionVerdict Verdict(const SessionHello& hello) {
    SessionVerdict verdict;
    id_ = RandomUuid();
    started_ = Now();
    interactive_ = hello.terminal;
    is_sftp_ = connection_->IsSftp(hello.command);
    if (is_sftp_) verdict.sftp_server = hello.command;
    const std::string& remote = connection_->dial().remote_address;
    const auto address = ParseHostPort(remote, 0);
    const std::string host = address ? address->host : remote;
    const int port = address ? address->port : 0;
    verdict.environment = {{"SSH_CLIENT", fmt::format("{} {} 0", host, port)},
                           {"SSH_CONNECTION", fmt::format("{} {} {} 0", host, port, connection_->node().hostname)},
                           {"SSH_SESSION_ID", id_},
                           {"TELEPORT_SESSION", id_},
                           {"SSH_TELEPORT_HOST_UUID", connection_->node().host_id},
                           {"SSH_TELEPORT_CLUSTER_NAME", connection_->auth().cluster_name()},
                           {"SSH_TELEPORT_USER", connection_->dial().user}};
    return verdict;
  }

  // What a terminal shows is recorded, unless the cluster records nothing.
  bool IsRecorded(const SessionHello& hello) const {
    return hello.terminal && connection_->dial().settings.recording_mode != "off";
  }
  bool IsStrict() const { return connection_->dial().permit.recording == "strict"; }

  // Where roles are strict there is no session without a recording; else the user is told.
  asio::awaitable<void> BeginRecording(const AuditEvent& event, SessionVerdict& verdict) {
    RecordingSpool::Wish wish;
    wish.at_once = connection_->dial().settings.recording_mode.ends_with("-sync");
    if (wish.at_once && IsStrict()) wish.lost = [end = Ender()](const Error& error) { end(NotRecorded(error)); };
    using Began = std::shared_ptr<Result<std::shared_ptr<SpoolFile>>>;
    // Asking the auth service takes a while; files do not.
    const auto start = [recordings = state_->recordings, id = id_, wish](auto done) {
      const auto begin = [recordings, id, wish, done] {
        done(std::make_shared<Result<std::shared_ptr<SpoolFile>>>(recordings->Begin(id, wish)));
      };
      if (!wish.at_once) return begin();
      std::thread(begin).detach();
    };
    const Began began = co_await AwaitCallback<Began>(start);
    Status recorded = *began ? Status() : std::unexpected(began->error());
    if (recorded) {
      recorder_.emplace(std::move(**began));
      recorded = recorder_->Add(event);
    }
    verdict.record = recorded.has_value();
    if (recorded) co_return;
    StopRecording();
    (IsStrict() ? verdict.refusal : verdict.notice) =
        IsStrict() ? NotRecorded(recorded.error()) : Unrecorded(recorded.error());
  }

  void StopRecording() {
    if (recorder_) recorder_->End();
    recorder_.reset();
  }

  static std::string NotRecorded(const Error& error) {
    return fmt::format("your roles want this session recorded (record_session: strict), which failed: {}",
                       error.message);
  }
  static std::string Unrecorded(const Error& error) {
    return fmt::format("warning: this session is not recorded from here on: {}", error.message);
  }

  // Records, or deals with it that nothing is recorded any more.
  void Record(const std::function<Status(SessionRecorder&)>& what) {
    if (!recorder_) return;
    const Status recorded = what(*recorder_);
    if (recorded) return;
    Log(LogLevel::kError, "a session cannot be recorded", {{"session", id_}, {"reason", recorded.error().message}});
    StopRecording();
    if (IsStrict()) return Ender()(NotRecorded(recorded.error()));
    Send(EncodeFrame(SessionFrameType::kNotice, Unrecorded(recorded.error())));
  }
  // Never more than a few frames wait to be read, so there is room.
  void Send(const std::string& frame) {
    ::send(socket_.native_handle(), frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  // Tells the audit log, and the recording.
  void Emit(const AuditEvent& event) {
    Record([&event](SessionRecorder& recorder) { return recorder.Add(event); });
    connection_->Emit(event);
  }

  AuditEvent Event(const AuditType& type) const { return connection_->Event(type).Add("sid", id_); }
  static Value Command(const SessionHello& hello) {
    return hello.command.empty() ? Value::EmptyList() : Value::Strings({hello.command});
  }

  AuditEvent StartEvent(const SessionHello& hello) const {
    auto event = Event(audit::kSessionStart);
    if (!hello.size.empty()) event.Add("size", hello.size);
    return event.Add("initial_command", Command(hello))
        .Add("session_recording", connection_->dial().settings.recording_mode);
  }

  void EmitEnd(const SessionHello& hello) {
    if (is_sftp_) {
      EmitFiles();
      return connection_->Emit(connection_->Event(exit_code_ == "0" ? audit::kSubsystem : audit::kSubsystemFailure)
                                   .Add("name", "sftp")
                                   .Add("exitError", exit_code_ == "0" ? "" : "exit status " + exit_code_));
    }
    if (!hello.command.empty() && !interactive_) {
      auto event = Event(exit_code_ == "0" ? audit::kExec : audit::kExecFailure);
      event.Add("command", hello.command).Add("exitCode", exit_code_);
      if (exit_code_ != "0") event.Add("exitError", "exit status " + exit_code_);
      connection_->Emit(event);
    }
    if (interactive_) Emit(Event(audit::kSessionLeave));
    Emit(Event(audit::kSessionEnd)
             .Add("enhanced_recording", false)
             .Add("interactive", interactive_)
             .Add("participants", Value::Strings({connection_->dial().user}))
             .Add("initial_command", Command(hello))
             .Add("session_recording", connection_->dial().settings.recording_mode)
             .Add("session_start", FormatTime(started_))
             .Add("session_stop", FormatTime(Now())));
  }

  void Tell(const std::optional<SftpLog::Done>& done) {
    if (!done) return;
    const SftpOperation& operation = done->operation;
    auto event = Event(done->error.empty() ? operation.success : operation.failure);
    event.Add("working_directory", "").Add("path", operation.path).Add("action", operation.action);
    if (!operation.target.empty()) event.Add("target_path", operation.target);
    if (operation.flags != 0) event.Add("flags", static_cast<std::int64_t>(operation.flags));
    if (!done->error.empty()) event.Add("error", done->error);
    connection_->Emit(event);
  }

  void EmitFiles() {
    Tell(sftp_log_.Finish());
    Value transfers = sftp_log_.Transfers();
    if (transfers.as_list().empty()) return;
    connection_->Emit(Event(audit::kSftpSummary).Add("file_transfer_stats", std::move(transfers)));
  }

  // Returns what ends the session from any thread: the program says why to the user and ends what it runs.
  std::function<void(const std::string& reason)> Ender() {
    const auto door = std::make_shared<const UniqueFd>(::dup(socket_.native_handle()));
    return [door](const std::string& reason) {
      SessionVerdict verdict;
      verdict.refusal = reason;
      const std::string frame = EncodeFrame(SessionFrameType::kVerdict, EncodeVerdict(verdict));
      ::send(door->get(), frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    };
  }

  // The session ends when this side ends the connection.
  void ListenForEnd() {
    listener_ = std::make_shared<std::function<void(const std::string&)>>(Ender());
    connection_->Listen(listener_);
  }

  asio::awaitable<void> Frames() {
    error_code error;
    while (!error) {
      const auto frame = TakeFrame(bytes_);
      if (!frame) co_return;
      if (!*frame) {
        co_await Read(error);
        continue;
      }
      Hear(**frame);
    }
  }

  void Hear(const SessionFrame& frame) {
    if (frame.type == SessionFrameType::kExit) exit_code_ = frame.payload;
    if (frame.type == SessionFrameType::kOutput) {
      Record([&frame](SessionRecorder& recorder) { return recorder.Print(frame.payload); });
      Send(EncodeFrame(SessionFrameType::kKept, ""));
    }
    if (frame.type == SessionFrameType::kFileLog) Tell(sftp_log_.Take(frame.payload));
    if (frame.type == SessionFrameType::kSize) {
      Record([this, &frame](SessionRecorder& recorder) {
        return recorder.Add(Event(audit::kResize).Add("size", frame.payload));
      });
    }
  }

  LocalSocket socket_;
  const std::shared_ptr<SessionDoor::State> state_;
  std::array<char, 16 << 10> buffer_;
  std::string bytes_;
  std::shared_ptr<SshConnection> connection_;
  SshConnection::Listener listener_;
  std::string id_;
  Time started_{};
  bool interactive_ = false;
  bool is_sftp_ = false;
  SftpLog sftp_log_;
  std::optional<SessionRecorder> recorder_;
  std::string exit_code_ = "255";  // unless the program says so itself: it was killed
};

asio::awaitable<void> ServeSession(std::shared_ptr<SessionDoor::State> state, LocalSocket socket) {
  const auto session = std::make_unique<Session>(std::move(socket), state);
  co_await session->Serve();
}

asio::awaitable<void> Accept(std::shared_ptr<SessionDoor::State> state) {
  error_code error;
  while (state->acceptor.is_open()) {
    const auto strand = asio::make_strand(ContextOf(state->loop));
    LocalSocket socket(strand);
    co_await state->acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted || !state->acceptor.is_open()) co_return;
    if (!error) asio::co_spawn(strand, ServeSession(state, std::move(socket)), asio::detached);
  }
}

}  // namespace

SessionDoor::SessionDoor(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<SessionDoor>> SessionDoor::Open(EventLoop& loop, const std::string& path, Find find,
                                                       std::shared_ptr<RecordingSpool> recordings) {
  auto state = std::make_shared<State>(loop, std::move(find), std::move(recordings));
  const auto fail = [&](const error_code& error) {
    return Fail(ErrorKind::kInternal, "cannot listen at {}: {}", path, error.message());
  };
  error_code error;
  state->acceptor.open(asio::local::stream_protocol(), error);
  if (error) return fail(error);
  const asio::local::stream_protocol::endpoint endpoint(path);
  state->acceptor.bind(endpoint, error);
  if (error) return fail(error);
  // Whoever may log in must be able to ask; who asks is checked by their user.
  ::chmod(path.c_str(), 0666);
  state->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(error);
  asio::co_spawn(state->strand, Accept(state), asio::detached);
  return std::unique_ptr<SessionDoor>(new SessionDoor(std::move(state)));
}

SessionDoor::~SessionDoor() {
  asio::post(state_->strand, [state = state_] {
    error_code ignored;
    state->acceptor.close(ignored);
  });
}

}  // namespace sallyport
