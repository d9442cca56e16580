// Running another program to its end, without a shell and without giving it our open files.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"

namespace sallyport {

// Ends the programs of RunProgram early, from any thread.
class StopSignal {
 public:
  StopSignal();
  void Stop();
  int descriptor() const { return event_.get(); }  // readable once stopped

 private:
  UniqueFd event_;
};

struct ProgramOptions {
  std::string path;                                              // with a slash it is a path, else looked up in PATH
  std::vector<std::string> arguments;                            // without the program's own name
  std::vector<std::pair<std::string, std::string>> environment;  // added to ours, or instead of it
  std::chrono::milliseconds time_limit{30'000};
  std::size_t max_output_bytes = 1 << 20;
  std::size_t max_error_bytes = 16 << 10;  // what is beyond is read and dropped
};

struct ProgramResult {
  int exit_code = 0;  // 128 + N when signal N ended it
  std::string output;
  std::string errors;
};

// Runs a program with an empty stdin, in a process group of its own, and waits for it; blocks the calling thread. Its
// exit code is no failure. Fails with kNotFound when there is no such program, kAccessDenied when it may not be run,
// kLimitExceeded when it takes too long or writes too much, kInterrupted when `stop` said so (it and its children are
// then killed). Safe from several threads. No argument and no output is in an error.
Result<ProgramResult> RunProgram(const ProgramOptions& options, const StopSignal& stop);

}  // namespace sallyport
