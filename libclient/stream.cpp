#include "libclient/stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace sallyport {
namespace {

constexpr std::string_view kTimedOut = "the peer does not answer in time";

std::unexpected<Error> Broken(const Stream& stream) {
  if (auto failure = stream.failure()) return std::unexpected(std::move(*failure));
  return Fail(ErrorKind::kConnectionProblem, "the connection broke");
}

IoStep PlainStep(ssize_t count, IoState wanted) {
  if (count > 0) return {IoState::kDone, static_cast<std::size_t>(count)};
  if (count == 0) return {IoState::kClosed};
  return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? wanted : IoState::kFailed};
}

}  // namespace

Result<std::size_t> Stream::Read(char* buffer, std::size_t size, Deadline deadline, int stop) {
  while (true) {
    const IoStep step = TryRead(buffer, size);
    if (step.state == IoState::kDone) return step.bytes;
    if (step.state == IoState::kClosed) return 0;
    if (step.state == IoState::kFailed) return Broken(*this);
    if (!WaitFor(fd(), step.state == IoState::kWantRead ? POLLIN : POLLOUT, deadline, stop)) {
      return Fail(ErrorKind::kConnectionProblem, "{}", kTimedOut);
    }
  }
}

Status Stream::Write(std::string_view bytes, Deadline deadline, int stop) {
  while (!bytes.empty()) {
    const IoStep step = TryWrite(bytes);
    if (step.state == IoState::kDone) {
      bytes.remove_prefix(step.bytes);
    } else if (step.state == IoState::kClosed || step.state == IoState::kFailed) {
      return Broken(*this);
    } else if (!WaitFor(fd(), step.state == IoState::kWantRead ? POLLIN : POLLOUT, deadline, stop)) {
      return Fail(ErrorKind::kConnectionProblem, "{}", kTimedOut);
    }
  }
  return {};
}

IoStep PlainStream::TryRead(char* buffer, std::size_t size) {
  return PlainStep(::recv(fd_.get(), buffer, size, 0), IoState::kWantRead);
}

IoStep PlainStream::TryWrite(std::string_view bytes) {
  return PlainStep(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), IoState::kWantWrite);
}

void PlainStream::Close() { ::shutdown(fd_.get(), SHUT_WR); }

}  // namespace sallyport
