// Several programs at once: how many, what they write as it comes, how each ended.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

struct ProgramRuns {
  // A command line each; the first word is looked for in PATH. stdin is empty.
  std::vector<std::vector<std::string>> commands;
  std::size_t at_once = 1;
  // What one of them writes, in pieces of any size.
  std::function<void(std::size_t command, bool to_stderr, std::string_view bytes)> on_bytes;
  // A command has ended, with its exit code, or 128 and the number of the signal that ended it.
  std::function<void(std::size_t command, int code)> on_end;
};

// Runs all of them, from this thread, and returns when the last has ended. Fails with kNotFound when one cannot be
// started and kInternal when the system has no descriptors left: those that run are waited for all the same.
Status RunPrograms(const ProgramRuns& runs);

}  // namespace sallyport
