// Serves programs that run until a signal ends them: their signals, their end, and the name of their host.
#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <string_view>

#include "libbase/file.h"
#include "libbase/stop_signal.h"

namespace sallyport {

// Blocks SIGTERM, SIGINT, SIGHUP and SIGUSR1, and returns them. Every thread started later leaves them to a thread that
// waits for them: call it before other threads start.
sigset_t BlockServiceSignals();

// Blocks the same signals, and returns a descriptor that reads them.
UniqueFd TakeServiceSignals();

// The answers of a program to its signals.
struct SignalAnswers {
  // For SIGHUP and SIGUSR1, with the name of the signal.
  std::function<void(std::string_view signal)> again;
  // For SIGTERM and SIGINT. The process ends `stop_time` later, whatever hangs (EndWithin).
  std::function<void()> stop;
  std::chrono::seconds stop_time{};
};
// Answers signals until `done`, on this thread, and gives memory back to the kernel while the process is idle
// (libbase/idle_memory.h).
void ServeServiceSignals(const UniqueFd& signals, const StopSignal& done, const SignalAnswers& answers);

// Ends the process with exit code 0 when stopping takes longer, whatever hangs: a disk, a name server, a client. What
// the program has answered or written until then must be on the disk.
void EndWithin(std::chrono::seconds time);

// Returns the name of this host, at most 255 bytes.
std::string HostName();

}  // namespace sallyport
