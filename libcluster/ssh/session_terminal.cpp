#include "libcluster/ssh/session_terminal.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sallyport {
namespace {

constexpr mode_t kOwnTerminal = 0600;
constexpr mode_t kUsersTerminal = 0620;  // the group "tty" may write, as programs that write to other users do
constexpr auto kSameGroup = static_cast<gid_t>(-1);

std::unexpected<Error> CannotOpen() {
  return Fail(ErrorKind::kInternal, "cannot open a terminal: {}", std::strerror(errno));
}

}  // namespace

std::string TerminalSizeOf(int terminal) {
  winsize size{};
  if (::ioctl(terminal, TIOCGWINSZ, &size) != 0) return "";
  return fmt::format("{}:{}", size.ws_col, size.ws_row);
}

Status SessionTerminal::Open(const SessionStart& start) {
  termios outer{};
  if (::tcgetattr(STDIN_FILENO, &outer) != 0) return Fail(ErrorKind::kInternal, "the session has no terminal");
  winsize size{};
  ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size);

  int master = -1;
  int slave = -1;
  if (::openpty(&master, &slave, nullptr, &outer, &size) != 0) return CannotOpen();
  master_ = UniqueFd(master);
  slave_ = UniqueFd(slave);
  for (const int end : {master, slave}) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  ::fcntl(master, F_SETFL, O_NONBLOCK);
  std::array<char, 64> name{};
  if (::ttyname_r(slave, name.data(), name.size()) != 0) return CannotOpen();
  name_ = name.data();

  if (start.change_user) {
    if (::fchown(STDIN_FILENO, ::geteuid(), kSameGroup) != 0 || ::fchmod(STDIN_FILENO, kOwnTerminal) != 0 ||
        ::fchown(slave, start.uid, kSameGroup) != 0 || ::fchmod(slave, kUsersTerminal) != 0) {
      return CannotOpen();
    }
  }

  termios raw = outer;
  ::cfmakeraw(&raw);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  ::fcntl(STDIN_FILENO, F_SETFL, ::fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
  return {};
}

Status SessionTerminal::Enter() const {
  if (::ioctl(slave_.get(), TIOCSCTTY, 0) != 0) return CannotOpen();
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(slave_.get(), number);
  return {};
}

void SessionTerminal::Resize() const {
  winsize size{};
  if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) ::ioctl(master_.get(), TIOCSWINSZ, &size);
}

}  // namespace sallyport
