#include "libclient/stream.h"

#include <poll.h>

namespace sallyport {
namespace {

constexpr std::string_view kTimedOut = "the peer does not answer in time";

std::unexpected<Error> Broken(const Stream& stream) {
  if (auto failure = stream.failure()) return std::unexpected(std::move(*failure));
  return Fail(ErrorKind::kConnectionProblem, "the connection broke");
}

}  // namespace

Result<std::size_t> Stream::Read(char* buffer, std::size_t size, Deadline deadline) {
  while (true) {
    const IoStep step = TryRead(buffer, size);
    if (step.state == IoState::kDone) return step.bytes;
    if (step.state == IoState::kClosed) return 0;
    if (step.state == IoState::kFailed) return Broken(*this);
    if (!WaitFor(fd(), step.state == IoState::kWantRead ? POLLIN : POLLOUT, deadline)) {
      return Fail(ErrorKind::kConnectionProblem, "{}", kTimedOut);
    }
  }
}

Status Stream::Write(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const IoStep step = TryWrite(bytes);
    if (step.state == IoState::kDone) {
      bytes.remove_prefix(step.bytes);
    } else if (step.state == IoState::kClosed || step.state == IoState::kFailed) {
      return Broken(*this);
    } else if (!WaitFor(fd(), step.state == IoState::kWantRead ? POLLIN : POLLOUT, deadline)) {
      return Fail(ErrorKind::kConnectionProblem, "{}", kTimedOut);
    }
  }
  return {};
}

}  // namespace sallyport
