#include "libcluster/ssh/session_shell.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

namespace sallyport {
namespace {

constexpr std::string_view kTerminalVariable = "SSH_TTY=";

Status ChangeUser(const SessionStart& start) {
  if (!start.change_user) return {};
  if (::setgroups(start.groups.size(), start.groups.data()) == 0 && ::setresgid(start.gid, start.gid, start.gid) == 0 &&
      ::setresuid(start.uid, start.uid, start.uid) == 0) {
    return {};
  }
  return Fail(ErrorKind::kInternal, "cannot change to the user {}: {}", start.uid, std::strerror(errno));
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Error BecomeShell(const SessionStart& start, const std::string& terminal) {
  if (const Status changed = ChangeUser(start); !changed) return changed.error();
  ::umask(start.hello.umask);
  if (::chdir(start.hello.directory.c_str()) != 0 && ::chdir("/") != 0) {
    return {ErrorKind::kInternal, fmt::format("cannot enter /: {}", std::strerror(errno)), ""};
  }
  // The runner ignores SIGPIPE, which the shell would inherit.
  ::signal(SIGPIPE, SIG_DFL);

  const std::string shell = start.shell.empty() ? "/bin/sh" : start.shell;
  const std::string name = shell.substr(shell.rfind('/') + 1);
  std::vector<std::string> arguments{"-" + name};
  if (start.hello.command) arguments = {name, "-c", *start.hello.command};

  std::vector<std::string> environment = start.hello.environment;
  for (auto& variable : environment) {
    if (!terminal.empty() && variable.starts_with(kTerminalVariable)) {
      variable = std::string(kTerminalVariable) + terminal;
    }
  }

  ::execve(shell.c_str(), Pointers(arguments).data(), Pointers(environment).data());
  return {ErrorKind::kNotFound, fmt::format("cannot start the login shell {}: {}", shell, std::strerror(errno)), ""};
}

}  // namespace sallyport
