#include "libclient/prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iterator>

#include "libbase/file.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxLine = 4096;

// The pipe to which the handler reports SIGINT, so that the waiting thread sees it, in whatever thread the handler
// runs.
volatile std::sig_atomic_t interrupt_pipe = -1;
void OnInterrupt(int) {
  const int saved = errno;
  std::ignore = ::write(interrupt_pipe, "", 1);
  errno = saved;
}

// While it lives, SIGINT ends a read instead of the program, so that the terminal can be given back.
class InterruptScope {
 public:
  InterruptScope() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;  // without the pipe SIGINT ends the program
    read_end_ = UniqueFd(ends[0]);
    write_end_ = UniqueFd(ends[1]);
    interrupt_pipe = write_end_.get();
    struct sigaction action{};
    action.sa_handler = OnInterrupt;
    ::sigaction(SIGINT, &action, &old_);
  }
  ~InterruptScope() {
    if (!read_end_.valid()) return;
    ::sigaction(SIGINT, &old_, nullptr);
    interrupt_pipe = -1;
  }
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  // Waits until there is something to read. Returns whether SIGINT came first.
  bool WaitFor(int fd) const {
    pollfd waits[] = {{fd, POLLIN, 0}, {read_end_.get(), POLLIN, 0}};
    while (::poll(waits, std::size(waits), -1) < 0 && errno == EINTR) {
    }
    return waits[1].revents != 0;
  }

 private:
  UniqueFd read_end_;
  UniqueFd write_end_;
  struct sigaction old_{};
};

// Turns off the echo of the terminal.
class EchoOff {
 public:
  explicit EchoOff(int fd) : fd_(fd) {
    if (::tcgetattr(fd_, &old_) != 0) return;
    changed_ = true;
    termios quiet = old_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(fd_, TCSAFLUSH, &quiet);
  }
  ~EchoOff() {
    if (changed_) ::tcsetattr(fd_, TCSAFLUSH, &old_);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  int fd_;
  bool changed_ = false;
  termios old_{};
};

void Say(int fd, std::string_view text) { std::ignore = ::write(fd, text.data(), text.size()); }

// Reads up to a newline and no further: the next line is for the next question.
Result<Secret> ReadLine(int fd, const InterruptScope* scope = nullptr) {
  std::string line;
  line.reserve(kMaxLine);
  while (line.size() < kMaxLine) {
    if (scope != nullptr && scope->WaitFor(fd)) {
      Wipe(line);
      return Fail(ErrorKind::kInterrupted, "the user interrupted the prompt");
    }
    char byte = 0;
    const ssize_t count = ::read(fd, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 && line.empty()) return Fail(ErrorKind::kBadParameter, "the input ended before the answer");
    if (count <= 0 || byte == '\n') break;
    line += byte;
  }
  if (line.ends_with('\r')) line.pop_back();
  return Secret(std::move(line));
}

Result<Secret> Ask(const std::string& question, bool hidden) {
  if (::isatty(STDIN_FILENO) == 0) return ReadLine(STDIN_FILENO);
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal.valid()) return ReadLine(STDIN_FILENO);
  const InterruptScope scope;
  if (!hidden) {
    Say(terminal.get(), question);
    return ReadLine(terminal.get(), &scope);
  }
  auto answer = [&] {
    const EchoOff quiet(terminal.get());  // before the question, so that a fast answer is neither shown nor lost
    Say(terminal.get(), question);
    return ReadLine(terminal.get(), &scope);
  }();
  Say(terminal.get(), "\n");
  return answer;
}

}  // namespace

Result<Secret> AskSecret(const std::string& question) { return Ask(question, true); }

Result<std::string> AskLine(const std::string& question) {
  ASSIGN_OR_RETURN(const Secret line, Ask(question, false));
  return line.Reveal();
}

bool HasTerminal() { return ::isatty(STDIN_FILENO) == 1; }

}  // namespace sallyport
