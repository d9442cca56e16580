#include "libcluster/ssh/node_session.h"

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): pidfd_send_signal's
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

// glibc 2.36 declares these without saying that they are C.
extern "C" {
#include <sys/pidfd.h>
}

#include "libbase/address.h"
#include "libbase/log.h"
#include "libbase/secret.h"
#include "libbase/socket.h"
#include "libcluster/ssh/child_process.h"
#include "libcluster/ssh/session_frames.h"
#include "libcluster/ssh/session_log.h"
#include "libcluster/ssh/session_terminal.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;
using LocalSocket = asio::local::stream_protocol::socket;
using Environment = std::vector<std::string>;

constexpr std::chrono::seconds kFirstFrameTimeout{10};
constexpr std::chrono::seconds kLeaveTimeout{2};
constexpr const char* kOwnProgram = "/proc/self/exe";  // the running version, also after an upgrade
constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr int kFirstFreeDescriptor = 16;

bool IsRoot() { return ::geteuid() == 0; }

// Returns whether a command copies files by the old scp protocol.
bool IsScp(std::string_view command) {
  if (!command.starts_with("scp ")) return false;
  return command.contains(" -t") || command.contains(" -f");
}

void SetVariable(Environment& environment, const std::string& name, const std::string& value) {
  std::erase_if(environment, [&name](const std::string& variable) { return variable.starts_with(name + "="); });
  environment.push_back(name + "=" + value);
}

std::string NotRecorded(const Error& error) {
  return fmt::format(
      "your roles require a recording of this session (record_session: strict), and the recording failed: {}",
      error.message);
}
std::string Unrecorded(const Error& error) {
  return fmt::format("warning: this session is not recorded from here on: {}", error.message);
}

// Duplicates a descriptor above the numbers that processes are started with.
UniqueFd High(const UniqueFd& descriptor) {
  return UniqueFd(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, kFirstFreeDescriptor));
}

class NodeSession {
 public:
  NodeSession(LocalSocket socket, SessionPeer peer, std::shared_ptr<SshConnection> connection,
              std::shared_ptr<RecordingSpool> recordings)
      : hooks_(std::move(socket)),
        runner_(hooks_.get_executor()),
        peer_(std::move(peer)),
        connection_(std::move(connection)),
        recordings_(std::move(recordings)) {}

  asio::awaitable<void> Serve() {
    const auto first = co_await FirstFrame();
    if (!first) co_return;
    if (first->type == SessionFrameType::kLogin) co_return co_await AnswerLogin(first->payload);
    if (first->type != SessionFrameType::kHello) co_return;
    const auto hello = DecodeHello(first->payload);
    if (!hello || descriptors_.size() != kSessionDescriptors) co_return;
    co_await Run(*hello);
  }

 private:
  asio::awaitable<std::optional<SessionFrame>> FirstFrame() {
    asio::steady_timer timer(hooks_.get_executor(), kFirstFrameTimeout);
    auto read = co_await (ReceiveFrame() || timer.async_wait(asio::use_awaitable));
    if (read.index() == 1) co_return std::nullopt;
    co_return std::get<0>(std::move(read));
  }

  asio::awaitable<std::optional<SessionFrame>> ReceiveFrame() {
    error_code error;
    while (true) {
      auto frame = TakeFrame(hooks_bytes_);
      if (!frame) co_return std::nullopt;
      if (*frame) co_return std::move(**frame);
      co_await hooks_.async_wait(LocalSocket::wait_read, asio::redirect_error(asio::use_awaitable, error));
      if (error || !ReceiveWithDescriptors(hooks_.native_handle(), hooks_bytes_, descriptors_)) co_return std::nullopt;
    }
  }

  asio::awaitable<void> SayToHooks(SessionFrameType type, std::string text) {
    const std::string frame = EncodeFrame(type, text);
    error_code ignored;
    co_await asio::async_write(hooks_, asio::buffer(frame), asio::redirect_error(asio::use_awaitable, ignored));
  }

  // Only sshd, which runs as the agent's user, may ask.
  asio::awaitable<void> AnswerLogin(const std::string& payload) {
    const auto question = DecodeLogin(payload);
    if (!question || peer_.uid != ::geteuid()) co_return;
    std::string lines = connection_->PrincipalsOf(*question);
    co_await SayToHooks(SessionFrameType::kLogin, std::move(lines));
  }

  asio::awaitable<void> Run(const SessionHello& hello) {
    std::string refusal = Refusal(hello);
    if (refusal.empty()) {
      Prepare(hello);
      if (const Status ready = MakeRunnerSocket(); !ready) refusal = ready.error().message;
    }
    if (refusal.empty()) {
      if (log_->IsToBeRecorded()) refusal = co_await BeginRecording();
    }
    if (refusal.empty()) refusal = StartRunner();
    if (!refusal.empty()) {
      co_await SayToHooks(SessionFrameType::kNotice, std::move(refusal));
      co_return co_await SayToHooks(SessionFrameType::kExit, std::to_string(kSessionFailed));
    }

    if (!log_->facts().transfer) connection_->Began(log_->facts().id);
    log_->Started();
    co_await SayToHooks(SessionFrameType::kStarted, "");

    co_await RunToTheEnd(hello);
    log_->Ended(exit_code_);
    co_await SayToHooks(SessionFrameType::kExit, exit_code_);
    co_await UntilHooksLeave();
  }

  asio::awaitable<void> RunToTheEnd(const SessionHello& hello) {
    const std::string frame = EncodeFrame(SessionFrameType::kStart, EncodeStart(StartOf(hello)));
    error_code error;
    co_await asio::async_write(runner_, asio::buffer(frame), asio::redirect_error(asio::use_awaitable, error));
    listener_ = std::make_shared<std::function<void(const std::string&)>>(EndCallback());
    connection_->Listen(listener_);
    auto done = co_await (Frames() || HooksFrames());
    if (done.index() == 0) co_return;
    // The process at the other end has ended, perhaps by the user: hangs up the session.
    EndCallback()("");
    co_await Frames();
  }

  std::string Refusal(const SessionHello& hello) {
    if (!connection_->EndReason().empty()) return connection_->EndReason();
    if (!connection_->Accept(peer_.uid)) return "access denied: the session belongs to another user";

    if (IsStrict() && connection_->dial().settings.recording_mode != "off") {
      if (!IsRoot()) {
        return "access denied: your roles require recordings of sessions (record_session: strict); the agent of this "
               "node does not run as root, so you could change the recordings";
      }
      if (!HasProtectedTerminal())
        return "access denied: other processes could open the session's terminal before the session began";
    }

    const std::string command = hello.command.value_or("");
    if (!connection_->IsSftp(command) && !IsScp(command)) return "";
    if (!connection_->node().copy_files) return "access denied: this node does not copy files";
    if (connection_->dial().permit.copy_files) return "";
    return "access denied: your roles do not let you copy files (ssh_file_copy)";
  }

  bool IsStrict() const { return connection_->dial().permit.recording == "strict"; }

  // Returns whether sshd's terminal is closed to the user. A session without a terminal needs no protection.
  bool HasProtectedTerminal() const {
    struct stat status{};
    if (::isatty(descriptors_[0].get()) == 0) return true;
    return ::fstat(descriptors_[0].get(), &status) == 0 && status.st_uid == 0;
  }

  void Prepare(const SessionHello& hello) {
    SessionFacts facts;
    facts.id = RandomUuid();
    facts.command = hello.command.value_or("");
    facts.terminal = ::isatty(descriptors_[0].get()) == 1;
    facts.size = facts.terminal ? TerminalSizeOf(descriptors_[0].get()) : "";
    facts.transfer = connection_->IsSftp(facts.command);
    log_.emplace(connection_, std::move(facts));
  }

  // With strict roles a session without a recording is refused; else the user gets a notice.
  asio::awaitable<std::string> BeginRecording() {
    std::function<void(const Error&)> lost;
    if (IsStrict()) lost = [end = EndCallback()](const Error& error) { end(NotRecorded(error)); };
    const Status recorded = co_await log_->BeginRecording(recordings_, std::move(lost));
    if (recorded) co_return "";
    if (IsStrict()) co_return NotRecorded(recorded.error());
    notice_ = Unrecorded(recorded.error());
    co_return "";
  }

  // The two ends of the connection with the runner. The session may be ended before the runner starts.
  Status MakeRunnerSocket() {
    ASSIGN_OR_RETURN(SocketPair pair, MakeSocketPair(0));
    runners_end_ = High(pair.second);
    error_code error;
    runner_.assign(asio::local::stream_protocol(), pair.first.Release(), error);
    if (error) return Fail(ErrorKind::kInternal, "cannot use a socket: {}", error.message());
    return {};
  }

  // Returns the failed step, or "".
  std::string StartRunner() {
    ChildOptions options;
    options.program = kOwnProgram;
    options.arguments = {"teleport", "ssh-session"};
    options.environment = {kPath};
    for (const auto& descriptor : descriptors_) options.descriptors.push_back(descriptor.get());
    options.descriptors.push_back(runners_end_.get());

    auto started = ChildProcess::Start(options);
    if (!started) return started.error().message;
    process_.emplace(std::move(*started));
    descriptors_.clear();
    runners_end_.Reset();
    return "";
  }

  SessionStart StartOf(const SessionHello& hello) const {
    SessionStart start;
    start.change_user = IsRoot();
    start.uid = peer_.uid;
    start.gid = peer_.gid;
    start.groups = peer_.groups;
    start.terminal = log_->facts().terminal;
    start.record = log_->is_recording();
    start.file_log = log_->facts().transfer;
    start.shell = connection_->Shell();
    start.notice = notice_;
    start.hello = hello;
    AddVariables(start);
    return start;
  }

  void AddVariables(SessionStart& start) const {
    const std::string& remote = connection_->dial().remote_address;
    const auto address = ParseHostPort(remote, 0);
    const std::string host = address ? address->host : remote;
    const int port = address ? address->port : 0;
    const std::string& id = log_->facts().id;

    const std::pair<const char*, std::string> variables[] = {
        {"SHELL", start.shell.empty() ? "/bin/sh" : start.shell},
        {"SSH_CLIENT", fmt::format("{} {} 0", host, port)},
        {"SSH_CONNECTION", fmt::format("{} {} {} 0", host, port, connection_->node().hostname)},
        {"SSH_SESSION_ID", id},
        {"TELEPORT_SESSION", id},
        {"SSH_TELEPORT_HOST_UUID", connection_->node().host_id},
        {"SSH_TELEPORT_CLUSTER_NAME", connection_->auth().cluster_name()},
        {"SSH_TELEPORT_USER", connection_->dial().user}};
    for (const auto& [name, value] : variables) SetVariable(start.hello.environment, name, value);
  }

  // Returns a function that ends the session from any thread: the runner shows the reason to the user and ends its
  // program.
  std::function<void(const std::string& reason)> EndCallback() {
    const auto end = std::make_shared<const UniqueFd>(::dup(runner_.native_handle()));
    return [end](const std::string& reason) { Send(end->get(), SessionFrameType::kEnd, reason); };
  }

  // The socket has room, because few frames wait at a time.
  static void Send(int socket, SessionFrameType type, std::string_view payload) {
    const std::string frame = EncodeFrame(type, payload);
    ::send(socket, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void SendToRunner(SessionFrameType type, std::string_view payload) { Send(runner_.native_handle(), type, payload); }

  // Handles the runner's frames until the runner has ended. May be called again after a cancellation, which may come
  // when the end was already read: another read of an ended stream would wait for ever.
  asio::awaitable<void> Frames() {
    error_code error;
    std::array<char, 16 << 10> buffer;
    while (!error && !runner_ended_) {
      const auto frame = TakeFrame(runner_bytes_);
      if (!frame) co_return;
      if (*frame) {
        HandleFrame(**frame);
        continue;
      }

      const std::size_t count =
          co_await runner_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      if (!error) runner_bytes_.append(buffer.data(), count);
      runner_ended_ = error && error != asio::error::operation_aborted;
    }
  }

  void HandleFrame(const SessionFrame& frame) {
    if (frame.type == SessionFrameType::kExit) exit_code_ = frame.payload;
    if (frame.type == SessionFrameType::kOutput) {
      Mind(log_->Print(frame.payload));
      SendToRunner(SessionFrameType::kKept, "");
    }
    if (frame.type == SessionFrameType::kFileLog) log_->TakeFileLog(frame.payload);
    if (frame.type == SessionFrameType::kSize && std::exchange(size_, frame.payload) != frame.payload) {
      Mind(log_->Resize(frame.payload));
    }
  }

  // With strict roles a session ends when its recording fails.
  void Mind(const Status& recorded) {
    if (recorded) return;
    if (IsStrict()) return SendToRunner(SessionFrameType::kEnd, NotRecorded(recorded.error()));
    SendToRunner(SessionFrameType::kNotice, Unrecorded(recorded.error()));
  }

  // Waits until sshd's process of the session ends. Its only messages are new sizes of the terminal.
  asio::awaitable<void> HooksFrames() {
    while (true) {
      const auto frame = co_await ReceiveFrame();
      if (!frame || frame->type != SessionFrameType::kSize) co_return;
      SendToRunner(SessionFrameType::kSize, "");
    }
  }

  // Waits for sshd's process with a limit: a user who stops the process would keep the session open.
  asio::awaitable<void> UntilHooksLeave() {
    asio::steady_timer timer(hooks_.get_executor(), kLeaveTimeout);
    auto done = co_await (ReceiveFrame() || timer.async_wait(asio::use_awaitable));
    if (done.index() == 1) ::pidfd_send_signal(peer_.process.get(), SIGKILL, nullptr, 0);
  }

  LocalSocket hooks_;   // the process of sshd
  LocalSocket runner_;  // the process that runs the session
  std::string hooks_bytes_;
  std::string runner_bytes_;
  bool runner_ended_ = false;
  const SessionPeer peer_;
  const std::shared_ptr<SshConnection> connection_;
  const std::shared_ptr<RecordingSpool> recordings_;
  std::vector<UniqueFd> descriptors_;  // of the session, until it has started
  UniqueFd runners_end_;
  std::optional<ChildProcess> process_;
  std::optional<SessionLog> log_;
  SshConnection::Listener listener_;
  std::string notice_;
  std::string size_;
  std::string exit_code_ = "255";  // the code when the runner is killed and sends none
};

}  // namespace

asio::awaitable<void> ServeSession(LocalSocket socket, SessionPeer peer, std::shared_ptr<SshConnection> connection,
                                   std::shared_ptr<RecordingSpool> recordings) {
  const auto session =
      std::make_unique<NodeSession>(std::move(socket), std::move(peer), std::move(connection), std::move(recordings));
  co_await session->Serve();
}

}  // namespace sallyport
