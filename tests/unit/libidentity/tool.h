// Runs programs whose results the tests compare with ours.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "tests/unit/temporary_directory.h"

namespace sallyport::test {

struct ToolResult {
  int exit_code = -1;
  std::string output;  // both streams
};

// Runs a shell command in UTC.
inline ToolResult RunTool(const std::string& command) {
  ToolResult result;
  std::FILE* pipe = popen(("TZ=UTC LC_ALL=C; export TZ LC_ALL; { " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer{};
  std::size_t count = 0;
  while ((count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) result.output.append(buffer.data(), count);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

}  // namespace sallyport::test
