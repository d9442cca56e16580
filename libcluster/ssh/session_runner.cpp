#include "libcluster/ssh/session_runner.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

// glibc 2.36 declares these without saying that they are C.
extern "C" {
#include <sys/pidfd.h>
}

#include "libbase/file.h"
#include "libcluster/ssh/session_frames.h"
#include "libcluster/ssh/session_shell.h"
#include "libcluster/ssh/session_terminal.h"
#include "libcluster/ssh/sftp_log.h"

namespace sallyport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kCopyBytes = 16 << 10;
constexpr std::size_t kMaxLogLine = 64 << 10;
constexpr std::size_t kMaxTailBytes = 256 << 10;  // limit for output after the end of the shell
constexpr timeval kAgentTimeout{.tv_sec = 15, .tv_usec = 0};
constexpr std::chrono::seconds kEndGrace{2};

Error NoAgent() { return {ErrorKind::kConnectionProblem, "the node's agent does not run", "try again later"}; }

bool SendFrame(SessionFrameType type, std::string_view payload) {
  const std::string frame = EncodeFrame(type, payload);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t count = ::send(kRunnerSocket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Reads the agent's bytes into `bytes`. Returns false when the agent is gone.
bool ReceiveSome(std::string& bytes, int flags) {
  std::array<char, 4096> buffer;
  const ssize_t count = ::recv(kRunnerSocket, buffer.data(), buffer.size(), flags);
  if (count < 0) return errno == EINTR || ((flags & MSG_DONTWAIT) != 0 && errno == EAGAIN);
  bytes.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

// Shows a sentence to the user if the terminal is read. On a terminal it gets its own line, since the cursor may be
// anywhere.
void Tell(std::string_view sentence) {
  if (sentence.empty()) return;
  pollfd wait{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&wait, 1, 0) != 1) return;
  const std::string line = fmt::format("\r\n{}\r\n", sentence).substr(0, PIPE_BUF);
  std::ignore = ::write(STDERR_FILENO, line.data(), line.size());
}

// A running session.
class Runner {
 public:
  Runner(SessionStart start, std::string received) : start_(std::move(start)), received_(std::move(received)) {}

  Result<int> Run() {
    if (!start_.notice.empty()) fmt::print(stderr, "{}\r\n", start_.notice);
    if (start_.terminal) RETURN_IF_ERROR(terminal_.Open(start_));
    UniqueFd log_end;
    if (start_.file_log) RETURN_IF_ERROR(OpenLog(log_end));

    pid_ = ::fork();
    if (pid_ < 0) return Fail(ErrorKind::kInternal, "cannot start a process: {}", std::strerror(errno));
    if (pid_ == 0) Become(log_end);

    process_ = UniqueFd(::pidfd_open(pid_, 0));
    if (!process_.valid()) {
      const int reason = errno;
      Signal(SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      return Fail(ErrorKind::kInternal, "cannot watch the session's process: {}", std::strerror(reason));
    }
    terminal_.Leave();
    log_end.Reset();
    if (!terminal_.open()) LetGo();
    HandleFrames();  // frames that arrived with the start
    while (!Done()) Step();
    return Finish();
  }

 private:
  [[noreturn]] void Become(const UniqueFd& log_end) {
    ::setsid();
    Status ready = terminal_.open() ? terminal_.Enter() : Status();
    if (log_end.valid()) ::dup2(log_end.get(), STDERR_FILENO);
    const Error failed = ready ? BecomeShell(start_, terminal_.name()) : ready.error();
    const std::string line = failed.message + "\n";
    std::ignore = ::write(STDERR_FILENO, line.data(), line.size());
    ::_exit(kSessionFailed);
  }

  // Closes the session's descriptors in the runner, so that a close by the program takes effect; keeps one for notices
  // to the user.
  void LetGo() {
    const UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int number : {STDIN_FILENO, STDOUT_FILENO}) ::dup2(nothing.get(), number);
  }

  // sftp-server logs its file operations on stderr.
  Status OpenLog(UniqueFd& log_end) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      return Fail(ErrorKind::kInternal, "cannot make a pipe: {}", std::strerror(errno));
    }
    file_log_ = UniqueFd(ends[0]);
    log_end = UniqueFd(ends[1]);
    return {};
  }

  bool WantsOutput() const { return output_open_ && unkept_.empty() && shown_.empty(); }

  bool Done() const {
    if (!exited_) return ended_ && Clock::now() > gone_by_;
    if (ended_ || !terminal_.open()) return true;
    return !output_open_ && unkept_.empty() && shown_.empty();
  }

  void Step() {
    if (exited_ && terminal_.open() && WantsOutput()) return TakeOutput();

    const bool on_terminal = terminal_.open() && !ended_;
    const auto wanted = static_cast<short>((WantsOutput() ? POLLIN : 0) | (input_.empty() ? 0 : POLLOUT));
    std::array<pollfd, 6> waits{{{exited_ ? -1 : process_.get(), POLLIN, 0},
                                 {agent_ ? kRunnerSocket : -1, POLLIN, 0},
                                 {on_terminal && wanted != 0 ? terminal_.master() : -1, wanted, 0},
                                 {on_terminal && input_open_ && input_.empty() ? STDIN_FILENO : -1, POLLIN, 0},
                                 {on_terminal && !shown_.empty() ? STDOUT_FILENO : -1, POLLOUT, 0},
                                 {file_log_.get(), POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), Patience()) < 0) return;

    if (ended_ && Clock::now() > kill_at_) Signal(SIGKILL);
    if (waits[1].revents != 0) ReadFrames();
    if (waits[5].revents != 0 && !TakeLog()) file_log_.Reset();
    if (waits[3].revents != 0) TakeInput();
    if ((waits[2].revents & POLLOUT) != 0) PassInput();
    if ((waits[2].revents & POLLHUP) != 0) input_.clear();
    if ((waits[2].revents & ~POLLOUT) != 0 && WantsOutput()) TakeOutput();
    if (waits[4].revents != 0) Show();
    if (waits[0].revents != 0) exited_ = true;
  }

  // Returns the timeout for poll, in milliseconds; -1: none.
  int Patience() const {
    if (!ended_) return -1;
    const auto until = Clock::now() < kill_at_ ? kill_at_ : gone_by_;
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count()) + 1;
  }

  void TakeInput() {
    std::array<char, kCopyBytes> buffer;
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count > 0) input_.assign(buffer.data(), static_cast<std::size_t>(count));
    if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) return;
    // The user's terminal has ended.
    input_open_ = false;
    End("");
  }

  // Writes without blocking: a program that does not read must still be able to write output.
  void PassInput() {
    const ssize_t count = ::write(terminal_.master(), input_.data(), input_.size());
    if (count > 0) input_.erase(0, static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) input_.clear();
  }

  // Shows output only after the agent has recorded it.
  void TakeOutput() {
    std::array<char, kCopyBytes> buffer;
    const ssize_t count = ::read(terminal_.master(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || (errno == EAGAIN && !exited_))) return;
    if (exited_ && count > 0) tail_bytes_ += static_cast<std::size_t>(count);
    if (count <= 0 || tail_bytes_ > kMaxTailBytes) {
      output_open_ = false;
      input_.clear();
      return;
    }
    (start_.record ? unkept_ : shown_).assign(buffer.data(), static_cast<std::size_t>(count));
    if (start_.record && !SendFrame(SessionFrameType::kOutput, unkept_)) LoseAgent();
  }

  void Show() {
    const ssize_t count = ::write(STDOUT_FILENO, shown_.data(), shown_.size());
    if (count > 0) shown_.erase(0, static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
      shown_.clear();
      End("");
    }
  }

  // Lines before sftp-server's first line come from other programs of the user's shell, and are dropped as sshd does.
  bool TakeLog() {
    std::array<char, kCopyBytes> buffer;
    const ssize_t count = ::read(file_log_.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) return true;
    if (count <= 0) return false;
    log_.append(buffer.data(), static_cast<std::size_t>(count));

    for (auto end = log_.find('\n'); end != std::string::npos; end = log_.find('\n')) {
      const std::string_view line = std::string_view(log_).substr(0, end);
      is_log_ = is_log_ || SftpLog::IsFirst(line);
      if (is_log_) SendFrame(SessionFrameType::kFileLog, line);
      log_.erase(0, end + 1);
    }
    if (log_.size() > kMaxLogLine) log_.clear();
    return true;
  }

  void ReadFrames() {
    if (!ReceiveSome(received_, MSG_DONTWAIT)) return LoseAgent();
    HandleFrames();
  }

  void HandleFrames() {
    while (agent_) {
      const auto frame = TakeFrame(received_);
      if (!frame) return LoseAgent();
      if (!*frame) return;
      HandleOne(**frame);
    }
  }

  void HandleOne(const SessionFrame& frame) {
    if (frame.type == SessionFrameType::kEnd) return End(frame.payload);
    if (frame.type == SessionFrameType::kNotice) return Tell(frame.payload);
    if (frame.type == SessionFrameType::kSize && terminal_.open()) {
      terminal_.Resize();
      SendFrame(SessionFrameType::kSize, TerminalSizeOf(STDIN_FILENO));
    }
    if (frame.type == SessionFrameType::kKept && shown_.empty()) std::swap(shown_, unkept_);
  }

  void LoseAgent() {
    agent_ = false;
    End(NoAgent().message);
  }

  // Output that was not recorded is no longer shown.
  void End(std::string_view reason) {
    if (ended_) return;
    ended_ = true;
    kill_at_ = Clock::now() + kEndGrace;
    gone_by_ = kill_at_ + kEndGrace;
    unkept_.clear();
    Tell(reason);
    Signal(SIGHUP);
  }

  void Signal(int signal) const {
    ::kill(-pid_, signal);
    ::kill(pid_, signal);
  }

  Result<int> Finish() {
    // A background process of the shell may still hold the other end.
    while (file_log_.valid() && exited_ && HasLog() && TakeLog()) {
    }
    int status = 0;
    const bool known = exited_ && ::waitpid(pid_, &status, 0) == pid_;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (ended_ || !known) code = kSessionFailed;
    SendFrame(SessionFrameType::kExit, std::to_string(code));
    return code;
  }

  bool HasLog() const {
    pollfd wait{file_log_.get(), POLLIN, 0};
    return ::poll(&wait, 1, 0) == 1;
  }

  const SessionStart start_;
  SessionTerminal terminal_;
  UniqueFd process_;
  UniqueFd file_log_;
  std::string log_;  // the incomplete last line
  bool is_log_ = false;
  pid_t pid_ = -1;
  std::string received_;  // bytes of an incomplete frame
  std::string input_;     // bytes that the program has not read yet
  std::string unkept_;    // output that the agent does not have yet
  std::string shown_;     // output that the user's terminal does not have yet
  std::size_t tail_bytes_ = 0;
  bool agent_ = true;
  bool input_open_ = true;
  bool output_open_ = true;
  bool exited_ = false;
  bool ended_ = false;  // the agent has ended the session
  Clock::time_point kill_at_;
  Clock::time_point gone_by_;
};

Result<SessionStart> ReadStart(std::string& received) {
  while (true) {
    ASSIGN_OR_RETURN(const auto frame, TakeFrame(received));
    if (frame && frame->type == SessionFrameType::kStart) return DecodeStart(frame->payload);
    if (frame || !ReceiveSome(received, 0)) return std::unexpected(NoAgent());
  }
}

}  // namespace

Result<int> RunSession() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::signal(SIGPIPE, SIG_IGN);
  ::fcntl(kRunnerSocket, F_SETFD, FD_CLOEXEC);
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    ::setsockopt(kRunnerSocket, SOL_SOCKET, option, &kAgentTimeout, sizeof kAgentTimeout);
  }
  std::string received;
  ASSIGN_OR_RETURN(SessionStart start, ReadStart(received));
  return Runner(std::move(start), std::move(received)).Run();
}

}  // namespace sallyport
