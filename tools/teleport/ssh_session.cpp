// What sshd runs for each session of a node. Not for people.
#include "libcluster/ssh/session_runner.h"
#include "tools/teleport/commands.h"

namespace sallyport {
namespace {

Result<Output> Run(const Invocation& invocation) {
  const auto code = RunSession({invocation.Arg("socket"), invocation.Arg("connection"), invocation.Environment()});
  Output output;
  output.exit_code = code.value_or(kSessionFailed);
  if (!code) output.failures.push_back(code.error());
  return output;
}

}  // namespace

Command SshSessionCommand() {
  return {.path = "ssh-session",
          .summary = "Run a session of a node, as its sshd does",
          .arguments = {{"socket"}, {"connection"}},
          .formats = "",
          .hidden = true,
          .run = Run};
}

}  // namespace sallyport
