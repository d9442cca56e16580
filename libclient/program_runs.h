// Runs several programs in parallel and reports their output and exit codes.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

struct ProgramRuns {
  // The command lines; the first word is looked up in PATH. stdin is empty.
  std::vector<std::vector<std::string>> commands;
  std::size_t at_once = 1;
  // Receives output of a command, in pieces of any size.
  std::function<void(std::size_t command, bool to_stderr, std::string_view bytes)> on_bytes;
  // Reports the end of a command with its exit code, or 128 plus the number of the signal that ended it.
  std::function<void(std::size_t command, int code)> on_end;
};

// Runs all commands, from this thread, and returns when the last has ended. Fails with kNotFound when a command cannot
// be started and kInternal when the system has no descriptors left, after the running commands have ended.
Status RunPrograms(const ProgramRuns& runs);

}  // namespace sallyport
