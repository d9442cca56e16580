#include "libclient/pump.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace sallyport {
namespace {

constexpr std::size_t kPumpBytes = 64 << 10;

// Bytes on their way in one direction.
struct Direction {
  std::string bytes;
  std::size_t start = 0;
  bool source_ended = false;

  bool empty() const { return start == bytes.size(); }
  std::string_view left() const { return std::string_view(bytes).substr(start); }
};

// Moves all available bytes in one Step. Afterwards, the events are those that the stream and the socket wait for.
class Mover {
 public:
  Mover(Stream& stream, int socket) : stream_(stream), socket_(socket) {}

  // Returns false when there is nothing more to do.
  bool Step() {
    stream_events_ = socket_events_ = 0;
    while (FromStream() || FromSocket()) {
    }
    return !failed_ && !(in_.source_ended && in_.empty()) && !(out_.source_ended && out_.empty());
  }
  short stream_events() const { return stream_events_; }
  short socket_events() const { return socket_events_; }

 private:
  // Each returns true when bytes moved.
  bool FromStream() {
    bool moved = false;
    if (in_.empty() && !in_.source_ended) {
      in_.bytes.resize(kPumpBytes);
      const IoStep step = stream_.TryRead(in_.bytes.data(), kPumpBytes);
      in_.start = 0;
      in_.bytes.resize(step.state == IoState::kDone ? step.bytes : 0);
      moved = Note(step, in_);
    }
    if (!in_.empty()) moved = SendToSocket() || moved;
    return moved;
  }

  bool FromSocket() {
    bool moved = false;
    if (out_.empty() && !out_.source_ended) {
      out_.bytes.resize(kPumpBytes);
      const ssize_t count = ::recv(socket_, out_.bytes.data(), kPumpBytes, MSG_DONTWAIT);
      out_.start = 0;
      out_.bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
      moved = count > 0;
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        socket_events_ |= POLLIN;
      } else if (count <= 0) {
        out_.source_ended = true;
      }
    }

    if (!out_.empty()) {
      const IoStep step = stream_.TryWrite(out_.left());
      if (step.state == IoState::kDone) out_.start += step.bytes;
      if (step.state == IoState::kClosed) failed_ = true;
      moved = Note(step, out_) || moved;
    }
    return moved;
  }

  bool SendToSocket() {
    const auto left = in_.left();
    const ssize_t count = ::send(socket_, left.data(), left.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      in_.start += static_cast<std::size_t>(count);
      return true;
    }

    if (errno == EAGAIN || errno == EINTR) {
      socket_events_ |= POLLOUT;
    } else {
      failed_ = true;
    }
    return false;
  }

  bool Note(const IoStep& step, Direction& direction) {
    if (step.state == IoState::kWantRead) stream_events_ |= POLLIN;
    if (step.state == IoState::kWantWrite) stream_events_ |= POLLOUT;
    if (step.state == IoState::kClosed) direction.source_ended = true;
    if (step.state == IoState::kFailed) failed_ = true;
    return step.state == IoState::kDone;
  }

  Stream& stream_;
  int socket_;
  Direction in_;   // from the stream
  Direction out_;  // to the stream
  short stream_events_ = 0;
  short socket_events_ = 0;
  bool failed_ = false;
};

}  // namespace

Result<std::unique_ptr<Pump>> Pump::Start(std::unique_ptr<Stream> stream) {
  int pair[2];
  int stop[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
    return Fail(ErrorKind::kInternal, "cannot make a socket pair");
  }
  std::unique_ptr<Pump> pump(new Pump);
  pump->ours_ = UniqueFd(pair[0]);
  pump->theirs_ = UniqueFd(pair[1]);

  if (::pipe2(stop, O_CLOEXEC) != 0) return Fail(ErrorKind::kInternal, "cannot make a pipe");
  pump->stop_read_ = UniqueFd(stop[0]);
  pump->stop_write_ = UniqueFd(stop[1]);

  pump->stream_ = std::move(stream);
  pump->thread_ = std::thread([raw = pump.get()] { raw->Run(); });
  return pump;
}

Pump::~Pump() {
  stop_write_.Reset();  // wakes the thread
  if (thread_.joinable()) thread_.join();
}

void Pump::Run() {
  Mover mover(*stream_, ours_.get());
  while (mover.Step()) {
    pollfd entries[] = {{stream_->fd(), mover.stream_events(), 0},
                        {ours_.get(), mover.socket_events(), 0},
                        {stop_read_.get(), POLLIN, 0}};
    if (::poll(entries, 3, -1) < 0 && errno != EINTR) break;
    if (entries[2].revents != 0) break;

    // A side that has ended would wake poll forever, also when no event of it is wanted.
    if (mover.stream_events() == 0 && (entries[0].revents & (POLLHUP | POLLERR)) != 0) break;
    if (mover.socket_events() == 0 && (entries[1].revents & (POLLHUP | POLLERR)) != 0) break;
  }

  stream_->Close();
  ours_.Reset();
  stream_.reset();
}

}  // namespace sallyport
