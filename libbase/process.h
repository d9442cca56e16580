// Runs another program to its end, without a shell and without passing our open files to it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libbase/stop_signal.h"

namespace sallyport {

struct ProgramOptions {
  std::string path;                                              // a name without a slash is looked up in PATH
  std::vector<std::string> arguments;                            // without the program's own name
  std::vector<std::pair<std::string, std::string>> environment;  // added to our environment; replaces equal names
  std::chrono::milliseconds time_limit{30'000};
  std::size_t max_output_bytes = 1 << 20;
  std::size_t max_error_bytes = 16 << 10;  // further bytes are read and dropped
};

struct ProgramResult {
  int exit_code = 0;  // 128 + N when signal N ended it
  std::string output;
  std::string errors;
};

// Runs a program with an empty stdin, in a process group of its own, and waits for it; blocks the calling thread. A
// non-zero exit code is not an error. Fails with kNotFound (no such program), kAccessDenied (not executable),
// kLimitExceeded (runs too long or writes too much) or kInterrupted (`stop` was signalled; the program and its children
// are killed). Thread-safe. Errors contain no argument and no output.
Result<ProgramResult> RunProgram(const ProgramOptions& options, const StopSignal& stop);

}  // namespace sallyport
