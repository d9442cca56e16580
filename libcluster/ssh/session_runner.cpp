#include "libcluster/ssh/session_runner.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

// glibc 2.36 declares these without saying that they are C.
extern "C" {
#include <sys/pidfd.h>
}

#include "libbase/file.h"
#include "libcluster/ssh/session_frames.h"

namespace sallyport {
namespace {

constexpr std::size_t kCopyBytes = 16 << 10;
constexpr std::size_t kMaxLogLine = 64 << 10;
constexpr timeval kDoorTimeout{.tv_sec = 15, .tv_usec = 0};
constexpr int kEndGraceMs = 2000;

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool SendFrame(int door, SessionFrameType type, std::string_view payload) {
  const std::string frame = EncodeFrame(type, payload);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t count = ::send(door, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

Error NoAgent() { return {ErrorKind::kConnectionProblem, "the node's agent is not there", "try again later"}; }

Result<UniqueFd> OpenDoor(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return Fail(ErrorKind::kInternal, "{}: the path is too long", path);
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd door(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!door.valid() || ::connect(door.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return std::unexpected(NoAgent());
  }
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    ::setsockopt(door.get(), SOL_SOCKET, option, &kDoorTimeout, sizeof kDoorTimeout);
  }
  return door;
}

// Reads the next frame; what came after it stays in `bytes`.
Result<SessionFrame> ReadFrame(int door, std::string& bytes) {
  std::array<char, 4096> buffer;
  while (true) {
    ASSIGN_OR_RETURN(auto frame, TakeFrame(bytes));
    if (frame) return std::move(*frame);
    const ssize_t count = ::read(door, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::unexpected(NoAgent());
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::string SizeOf(const winsize& size) { return fmt::format("{}:{}", size.ws_col, size.ws_row); }

winsize TerminalSize() {
  winsize size{};
  ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
  return size;
}

// Becomes what was asked for. Returns only when that fails.
void Become(const std::string& command, const SessionVerdict& verdict) {
  for (const char* name : {"SSH_ORIGINAL_COMMAND", "SHLVL", "ZDOTDIR"}) ::unsetenv(name);  // of the way here
  for (const auto& [name, value] : verdict.environment) ::setenv(name.c_str(), value.c_str(), 1);
  if (!verdict.sftp_server.empty()) {
    ::execl(verdict.sftp_server.c_str(), verdict.sftp_server.c_str(), "-e", "-l", "INFO", nullptr);
    fmt::print(stderr, "cannot start {}: {}\n", verdict.sftp_server, std::strerror(errno));
    return;
  }
  const passwd* user = ::getpwuid(::getuid());
  const std::string shell = user == nullptr || *user->pw_shell == '\0' ? "/bin/sh" : user->pw_shell;
  const std::string name = shell.substr(shell.rfind('/') + 1);
  if (command.empty()) {
    ::execl(shell.c_str(), ("-" + name).c_str(), nullptr);
  } else {
    ::execl(shell.c_str(), name.c_str(), "-c", command.c_str(), nullptr);
  }
  fmt::print(stderr, "cannot start {}: {}\n", shell, std::strerror(errno));
}

// The terminal that the session gets while this process sits between it and the user's.
class InnerTerminal {
 public:
  InnerTerminal() = default;
  ~InnerTerminal() {
    if (master_.valid()) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &outer_);
  }
  InnerTerminal(const InnerTerminal&) = delete;
  InnerTerminal& operator=(const InnerTerminal&) = delete;

  // Opens it and makes the user's pass everything on as it comes.
  Status Open() {
    if (::tcgetattr(STDIN_FILENO, &outer_) != 0) return Fail(ErrorKind::kInternal, "there is no terminal to record");
    winsize size = TerminalSize();
    int master = -1;
    int slave = -1;
    if (::openpty(&master, &slave, nullptr, &outer_, &size) != 0) {
      return Fail(ErrorKind::kInternal, "cannot open a terminal: {}", std::strerror(errno));
    }
    master_ = UniqueFd(master);
    slave_ = UniqueFd(slave);
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
    ::fcntl(master, F_SETFL, O_NONBLOCK);
    ::fcntl(slave, F_SETFD, FD_CLOEXEC);
    termios raw = outer_;
    ::cfmakeraw(&raw);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    return {};
  }

  bool open() const { return master_.valid(); }
  int master() const { return master_.get(); }
  // In the child: makes it the controlling terminal.
  void Enter() const {
    ::setsid();
    ::ioctl(slave_.get(), TIOCSCTTY, 0);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(slave_.get(), fd);
  }
  // In the parent, once the child has it.
  void Leave() { slave_.Reset(); }
  winsize Resize() const {
    const winsize size = TerminalSize();
    ::ioctl(master_.get(), TIOCSWINSZ, &size);
    return size;
  }

 private:
  termios outer_{};
  UniqueFd master_;
  UniqueFd slave_;
};

// A session that runs.
class Child {
 public:
  Child(int door, bool record) : door_(door), record_(record) {}

  Result<int> Run(const std::string& command, const SessionVerdict& verdict) {
    if (record_) RETURN_IF_ERROR(terminal_.Open());
    UniqueFd log_end;
    if (!verdict.sftp_server.empty()) RETURN_IF_ERROR(OpenLog(log_end));
    sigset_t old;
    BlockSignals(old);
    pid_ = ::fork();
    if (pid_ < 0) return Fail(ErrorKind::kInternal, "cannot start a process: {}", std::strerror(errno));
    if (pid_ == 0) {
      ::sigprocmask(SIG_SETMASK, &old, nullptr);
      if (terminal_.open()) terminal_.Enter();
      if (log_end.valid()) ::dup2(log_end.get(), STDERR_FILENO);
      Become(command, verdict);
      ::_exit(kSessionFailed);
    }
    process_ = UniqueFd(::pidfd_open(pid_, 0));
    terminal_.Leave();
    log_end.Reset();
    while (Step()) {
    }
    return Finish();
  }

 private:
  // sftp-server says on stderr what it does with files; the user has no use for it.
  Status OpenLog(UniqueFd& log_end) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      return Fail(ErrorKind::kInternal, "cannot make a pipe: {}", std::strerror(errno));
    }
    file_log_ = UniqueFd(ends[0]);
    log_end = UniqueFd(ends[1]);
    return {};
  }

  // Passes on what has been said. Returns whether there may be more.
  bool PassLog() {
    std::array<char, kCopyBytes> buffer;
    const ssize_t count = ::read(file_log_.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) return true;
    if (count <= 0) return false;
    log_.append(buffer.data(), static_cast<std::size_t>(count));
    for (auto end = log_.find('\n'); end != std::string::npos; end = log_.find('\n')) {
      SendFrame(door_, SessionFrameType::kFileLog, std::string_view(log_).substr(0, end));
      log_.erase(0, end + 1);
    }
    if (log_.size() > kMaxLogLine) log_.clear();
    return true;
  }

  // The user's keys for the terminal are for what runs in it; a change of its size is for both.
  void BlockSignals(sigset_t& old) {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int signal : {SIGINT, SIGQUIT, SIGTSTP, SIGTTOU, SIGWINCH, SIGPIPE}) sigaddset(&blocked, signal);
    ::sigprocmask(SIG_BLOCK, &blocked, &old);
    sigset_t resized;
    sigemptyset(&resized);
    sigaddset(&resized, SIGWINCH);
    signals_ = UniqueFd(::signalfd(-1, &resized, SFD_CLOEXEC));
  }

  bool Step() {
    const short wanted = static_cast<short>((output_open_ ? POLLIN : 0) | (input_.empty() ? 0 : POLLOUT));
    std::array<pollfd, 6> waits{{{process_.get(), POLLIN, 0},
                                 {door_, POLLIN, 0},
                                 {terminal_.open() && wanted != 0 ? terminal_.master() : -1, wanted, 0},
                                 {terminal_.open() && input_open_ && input_.empty() ? STDIN_FILENO : -1, POLLIN, 0},
                                 {terminal_.open() ? signals_.get() : -1, POLLIN, 0},
                                 {file_log_.get(), POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), heard_.empty() ? -1 : 0) < 0) return errno == EINTR;
    if (waits[1].revents != 0 || !heard_.empty()) return HearOne() != Heard::kEnd;
    if (waits[5].revents != 0 && !PassLog()) file_log_.Reset();
    if (waits[4].revents != 0) PassSize();
    if (waits[3].revents != 0) TakeInput();
    if ((waits[2].revents & POLLOUT) != 0) PassInput();
    if ((waits[2].revents & ~POLLOUT) != 0) {
      if (PassOutput()) return true;
      output_open_ = false;
      input_.clear();
    }
    return !ended_ && waits[0].revents == 0;
  }

  void TakeInput() {
    std::array<char, kCopyBytes> buffer;
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    input_open_ = count > 0;
    if (input_open_) input_.assign(buffer.data(), static_cast<std::size_t>(count));
  }

  // What runs may not read now, and must be heard meanwhile.
  void PassInput() {
    const ssize_t count = ::write(terminal_.master(), input_.data(), input_.size());
    if (count > 0) input_.erase(0, static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) input_.clear();
  }

  // Returns whether there was some. It is shown once the agent has it for good: nothing is seen that is not recorded.
  bool PassOutput() {
    std::array<char, kCopyBytes> buffer;
    const ssize_t count = ::read(terminal_.master(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) return true;
    if (count <= 0) return false;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    if (!SendFrame(door_, SessionFrameType::kOutput, bytes)) {
      Signal(SIGHUP);
      return false;
    }
    Heard heard = Heard::kOther;
    while (heard == Heard::kOther) heard = HearOne();
    return heard == Heard::kKept && WriteAll(STDOUT_FILENO, bytes);
  }

  void PassSize() {
    signalfd_siginfo ignored;
    if (::read(signals_.get(), &ignored, sizeof ignored) < 0) return;
    SendFrame(door_, SessionFrameType::kSize, SizeOf(terminal_.Resize()));
  }

  enum class Heard { kOther, kKept, kEnd };

  // The agent says something to the user, that output is kept, or why it ends the session.
  Heard HearOne() {
    const auto frame = ReadFrame(door_, heard_);
    if (frame && frame->type == SessionFrameType::kKept) return Heard::kKept;
    if (frame && frame->type == SessionFrameType::kNotice) {
      Tell(frame->payload);
      return Heard::kOther;
    }
    const auto verdict = frame ? DecodeVerdict(frame->payload) : Result<SessionVerdict>(std::unexpected(NoAgent()));
    Tell(verdict ? verdict->refusal : verdict.error().message);
    Signal(SIGHUP);
    pollfd wait{process_.get(), POLLIN, 0};
    if (::poll(&wait, 1, kEndGraceMs) == 0) Signal(SIGKILL);
    ended_ = true;
    return Heard::kEnd;
  }

  // On a terminal of its own line; what runs may have left the cursor anywhere.
  static void Tell(std::string_view sentence) { fmt::print(stderr, "\r\n{}\r\n", sentence); }

  void Signal(int signal) const {
    if (terminal_.open()) ::kill(-pid_, signal);
    ::kill(pid_, signal);
  }

  Result<int> Finish() {
    while (terminal_.open() && !ended_ && PassOutput()) {
    }
    while (file_log_.valid() && PassLog()) {
    }
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (ended_) code = kSessionFailed;
    SendFrame(door_, SessionFrameType::kExit, std::to_string(code));
    return code;
  }

  const int door_;
  const bool record_;
  InnerTerminal terminal_;
  UniqueFd signals_;
  UniqueFd process_;
  UniqueFd file_log_;
  std::string log_;  // the line that has begun
  pid_t pid_ = -1;
  std::string input_;  // not yet passed on
  bool input_open_ = true;
  bool output_open_ = true;
  bool ended_ = false;
  std::string heard_;  // of a frame that is not whole yet, or comes after the last
};

}  // namespace

Result<int> RunSession(const SessionRun& run) {
  SessionHello hello;
  hello.connection = run.connection;
  hello.command = run.environment("SSH_ORIGINAL_COMMAND");
  hello.terminal = ::isatty(STDIN_FILENO) == 1;
  if (hello.terminal) hello.size = SizeOf(TerminalSize());
  ASSIGN_OR_RETURN(const UniqueFd door, OpenDoor(run.socket));
  if (!SendFrame(door.get(), SessionFrameType::kHello, EncodeHello(hello))) return std::unexpected(NoAgent());
  std::string heard;
  ASSIGN_OR_RETURN(const SessionFrame frame, ReadFrame(door.get(), heard));
  ASSIGN_OR_RETURN(const SessionVerdict verdict, DecodeVerdict(frame.payload));
  if (!verdict.refusal.empty()) return Fail(ErrorKind::kAccessDenied, "{}", verdict.refusal);
  if (!verdict.notice.empty()) fmt::print(stderr, "{}\r\n", verdict.notice);
  return Child(door.get(), verdict.record && hello.terminal).Run(hello.command, verdict);
}

}  // namespace sallyport
