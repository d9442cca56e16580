#include "tools/tsh/play_terminal.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "libbase/text.h"
#include "libresources/events/session_event.h"
#include "teleport/legacy/types/events/events.pb.h"

namespace sallyport {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kStep{10'000};
constexpr milliseconds kLongestIdle{500};
constexpr std::string_view kClear = "\x1b[2J\x1b[H";

// Turns echo and line editing of stdin off; the destructor restores them.
class RawInput {
 public:
  RawInput() : active_(::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!active_) return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  ~RawInput() {
    if (active_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
  RawInput(const RawInput&) = delete;
  RawInput& operator=(const RawInput&) = delete;

  bool active() const { return active_; }

 private:
  termios before_{};
  bool active_;
};

enum class Key { kNone, kPause, kBack, kForward, kStop };

// Returns the key for bytes that were read together.
Key KeyOf(std::string_view bytes) {
  if (bytes == " ") return Key::kPause;
  if (bytes == "\x03" || bytes == "\x04" || bytes == "q") return Key::kStop;
  if (bytes == "\x1b[D" || bytes == "\x1b[B" || bytes == "\x1bOD" || bytes == "\x1bOB") return Key::kBack;
  if (bytes == "\x1b[C" || bytes == "\x1b[A" || bytes == "\x1bOC" || bytes == "\x1bOA") return Key::kForward;
  return Key::kNone;
}

// Returns the sequence that sets the terminal to a size ("80:25"); "" for an invalid size.
std::string ResizeSequence(const std::string& size) {
  const auto colon = size.find(':');
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, IsDigit);
  };
  if (colon == std::string::npos) return "";
  const std::string columns = size.substr(0, colon);
  const std::string rows = size.substr(colon + 1);
  return is_number(columns) && is_number(rows) ? fmt::format("\x1b[8;{};{}t", rows, columns) : "";
}

class Player {
 public:
  Player(const OpenSource& open, const PlayOptions& options, const ByteSink& out)
      : open_(open), options_(options), out_(out) {}

  Result<int> Play() {
    ASSIGN_OR_RETURN(source_, open_());
    ASSIGN_OR_RETURN(auto event, source_());
    RETURN_IF_ERROR(Put(kClear));
    while (event && !stopped_) {
      RETURN_IF_ERROR(ShowPlayed(*event));
      if (again_) RETURN_IF_ERROR(Restart());
      ASSIGN_OR_RETURN(event, source_());
    }
    return 0;
  }

 private:
  Status Put(std::string_view bytes) { return bytes.empty() ? Status() : out_(bytes); }

  Status ShowPlayed(const events::OneOf& event) {
    if (event.has_sessionstart()) return Put(ResizeSequence(event.sessionstart().terminalsize()));
    if (event.has_resize()) return Put(ResizeSequence(event.resize().terminalsize()));
    if (MetadataOf(event) == nullptr && position_ == milliseconds(0)) {
      return FailWithHint(ErrorKind::kNotImplemented, "the recording has no terminal",
                          "show the events of the recording: tsh play --format=json");
    }
    if (!event.has_sessionprint()) return {};
    const milliseconds at(event.sessionprint().delaymilliseconds());
    WaitUntil(at);
    if (again_ || stopped_) return {};
    position_ = std::max(position_, at);
    return Put(event.sessionprint().data());
  }

  // Waits until the time of the next output; shorter when the user moves to another position.
  void WaitUntil(milliseconds at) {
    position_ = std::max(position_, std::min(target_, at));
    while (!stopped_ && !again_ && (paused_ || at > position_)) {
      auto wait = std::chrono::duration<double, std::milli>(at - position_) / options_.speed;
      if (options_.skip_idle) wait = std::min<decltype(wait)>(wait, kLongestIdle);
      const auto begin = Clock::now();
      if (!Listen(paused_ ? milliseconds(-1) : std::chrono::ceil<milliseconds>(wait))) return;
      // The time waited before the key counts.
      if (!paused_) {
        const auto waited = (Clock::now() - begin) * options_.speed;
        if (at > position_) position_ = std::min(at, position_ + std::chrono::duration_cast<milliseconds>(waited));
      }
    }
  }

  // Waits for a key. Returns whether a key arrived.
  bool Listen(milliseconds time) {
    pollfd wait{input_.active() ? STDIN_FILENO : -1, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(time.count())) <= 0) return false;
    char bytes[8];
    const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) stopped_ = true;
    const Key key = count <= 0 ? Key::kStop : KeyOf({bytes, static_cast<std::size_t>(count)});
    if (key == Key::kStop) stopped_ = true;
    if (key == Key::kPause) paused_ = !paused_;
    if (key == Key::kForward) position_ = target_ = position_ + kStep;
    if (key == Key::kBack) {
      target_ = std::max(milliseconds(0), position_ - kStep);
      again_ = true;
    }
    return true;
  }

  // Plays from the beginning, without waiting up to the position that the user chose.
  Status Restart() {
    again_ = false;
    position_ = milliseconds(0);
    ASSIGN_OR_RETURN(source_, open_());
    return Put(kClear);
  }

  const OpenSource& open_;
  const PlayOptions options_;
  const ByteSink& out_;
  const RawInput input_;
  EventSource source_;
  milliseconds position_{0};  // the position of the output shown so far
  milliseconds target_{0};    // output up to here is shown without waiting
  bool paused_ = false;
  bool again_ = false;
  bool stopped_ = false;
};

}  // namespace

Result<int> PlayOnTerminal(const OpenSource& open, const PlayOptions& options, const ByteSink& out) {
  return Player(open, options, out).Play();
}

}  // namespace sallyport
