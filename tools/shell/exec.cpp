#include "tools/shell/exec.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace sallyport {

std::unexpected<Error> BecomeProgram(std::vector<std::string> words, std::string hint) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  ::execvp(arguments.front(), arguments.data());
  const int reason = errno;
  std::signal(SIGPIPE, SIG_IGN);
  return FailWithHint(ErrorKind::kNotFound, fmt::format("cannot start {}: {}", words.front(), std::strerror(reason)),
                      std::move(hint));
}

std::string OwnPath(const std::string& executable) {
  std::error_code error;
  // After an upgrade the old file is deleted, and its name ends in " (deleted)".
  const auto own = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error && std::filesystem::exists(own, error)) return own.string();
  if (!executable.contains('/')) return executable;  // found by PATH
  return std::filesystem::absolute(executable, error).string();
}

}  // namespace sallyport
