#include "libkube/call_limits.h"

#include <poll.h>

namespace sallyport {

Status CallWait::Check() const {
  if (stop_ != nullptr && stop_->stopped()) return Fail(ErrorKind::kInterrupted, "stopped");
  return {};
}

Status CallWait::For(int fd, short events, std::string_view who) const {
  if (WaitFor(fd, events, deadline_, stop_descriptor())) return {};
  RETURN_IF_ERROR(Check());
  return Fail(ErrorKind::kConnectionProblem, "{} does not answer in time", who);
}

Status CallWait::Pause(std::chrono::milliseconds time) const {
  const Deadline end = std::chrono::steady_clock::now() + time;
  if (end > deadline_) return Fail(ErrorKind::kConnectionProblem, "no time is left");
  WaitFor(-1, 0, end, stop_descriptor());
  return Check();
}

bool PauseUnlessStopped(std::chrono::milliseconds time, const StopSignal& stop) {
  WaitFor(-1, 0, std::chrono::steady_clock::now() + time, stop.descriptor());
  return !stop.stopped();
}

}  // namespace sallyport
