// Serves programs that run until a signal ends them: their signals, their end, and the name of their host.
#pragma once

#include <chrono>
#include <csignal>
#include <string>

namespace sallyport {

// Blocks SIGTERM, SIGINT, SIGHUP and SIGUSR1, and returns them. Every thread started later leaves them to a thread that
// waits for them: call it before other threads start.
sigset_t BlockServiceSignals();

// Ends the process with exit code 0 when stopping takes longer, whatever hangs: a disk, a name server, a client. What
// the program has answered or written until then must be on the disk.
void EndWithin(std::chrono::seconds time);

// Returns the name of this host, at most 255 bytes.
std::string HostName();

}  // namespace sallyport
