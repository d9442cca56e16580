// Wakes the threads of a bot: to stop, to renew now, and when the bot's own identity is ready.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "libbase/mutex.h"
#include "libbase/stop_signal.h"

namespace sallyport {

// Safe from several threads.
class BotWake {
 public:
  using Deadline = ConditionVariable::TimePoint;

  void Stop() EXCLUDES(mutex_);
  bool stopped() const EXCLUDES(mutex_);
  // Readable after Stop: ends connections and programs.
  const StopSignal& signal() const { return signal_; }

  // Makes every waiting task run at once.
  void RenewNow() EXCLUDES(mutex_);
  // Returns how often RenewNow was called.
  std::uint64_t renewals() const EXCLUDES(mutex_);

  // Says that outputs may use the bot's identity.
  void SetReady() EXCLUDES(mutex_);
  // Waits until then. Returns false after a stop.
  bool WaitUntilReady() EXCLUDES(mutex_);

  // Waits until the deadline, a stop, or a RenewNow after the first `seen` ones (without a number: none counts).
  void Wait(Deadline deadline, std::optional<std::uint64_t> seen) EXCLUDES(mutex_);
  // Waits until the deadline or a stop. Returns false after a stop.
  bool Pause(std::chrono::milliseconds time) EXCLUDES(mutex_);

 private:
  StopSignal signal_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool ready_ GUARDED_BY(mutex_) = false;
  std::uint64_t renewals_ GUARDED_BY(mutex_) = 0;
};

}  // namespace sallyport
