#include "libclient/prompt.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>
#include <csignal>

#include <cerrno>

#include "libbase/file.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxLine = 4096;

volatile std::sig_atomic_t interrupted = 0;
void OnInterrupt(int) { interrupted = 1; }

// While it lives, SIGINT ends a read instead of the program, so that the terminal can be given back.
class InterruptScope {
 public:
  InterruptScope() {
    interrupted = 0;
    struct sigaction action{};
    action.sa_handler = OnInterrupt;  // no SA_RESTART
    ::sigaction(SIGINT, &action, &old_);
  }
  ~InterruptScope() { ::sigaction(SIGINT, &old_, nullptr); }
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

 private:
  struct sigaction old_{};
};

// Keeps what is typed off the screen.
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
Result<Secret> ReadLine(int fd) {
  std::string line;
  line.reserve(kMaxLine);
  while (line.size() < kMaxLine) {
    char byte = 0;
    const ssize_t count = ::read(fd, &byte, 1);
    if (count < 0 && errno == EINTR && interrupted == 0) continue;
    if (interrupted != 0) {
      Wipe(line);
      return Fail(ErrorKind::kInterrupted, "the question was not answered");
    }
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
  Say(terminal.get(), question);
  if (!hidden) return ReadLine(terminal.get());
  auto answer = [&] {
    const EchoOff quiet(terminal.get());
    return ReadLine(terminal.get());
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
