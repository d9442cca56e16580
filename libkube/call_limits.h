// Limits how long a call to an API server takes, and ends it early.
#pragma once

#include <chrono>
#include <string_view>

#include "libbase/error.h"
#include "libbase/process.h"
#include "libclient/network.h"

namespace sallyport {

// Limits the time of one call, and names its stop. Lookups of host names are limited by the system's resolver alone,
// runs of a credential plugin by RunExecPlugin.
struct CallLimits {
  std::chrono::milliseconds time{30'000};
  const StopSignal* stop = nullptr;  // outlives the call; null: nothing ends the call early
};

// The limits of a call that runs: where the time ends.
class CallWait {
 public:
  // The time begins now.
  explicit CallWait(const CallLimits& limits)
      : deadline_(std::chrono::steady_clock::now() + limits.time), stop_(limits.stop) {}

  Deadline deadline() const { return deadline_; }
  const StopSignal* stop() const { return stop_; }
  int stop_descriptor() const { return stop_ == nullptr ? -1 : stop_->descriptor(); }

  // Waits until a descriptor is ready (POLLIN, POLLOUT). Fails with kInterrupted after a stop, and with
  // kConnectionProblem when the time is over; `who` names the silent side.
  Status For(int fd, short events, std::string_view who) const;
  // Waits for a time. Fails with kInterrupted after a stop, and with kConnectionProblem when the call would have to end
  // first; then it does not wait.
  Status Pause(std::chrono::milliseconds time) const;
  // Fails with kInterrupted after a stop.
  Status Check() const;

 private:
  Deadline deadline_;
  const StopSignal* stop_;
};

// Waits for a time, or until the stop. Returns whether the time passed.
bool PauseUnlessStopped(std::chrono::milliseconds time, const StopSignal& stop);

}  // namespace sallyport
