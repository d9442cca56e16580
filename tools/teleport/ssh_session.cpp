// The command that a node's agent starts for each session. Users do not run it.
#include "libcluster/ssh/session_runner.h"
#include "tools/teleport/commands.h"

namespace sallyport {
namespace {

Result<Output> RunSshSession(const Invocation&) {
  const auto code = RunSession();
  Output output;
  output.exit_code = code.value_or(kSessionFailed);
  if (!code) output.failures.push_back(code.error());
  return output;
}

}  // namespace

Command SshSessionCommand() {
  return {.path = "ssh-session",
          .summary = "Run a session of a node, as its agent does",
          .formats = "",
          .hidden = true,
          .run = RunSshSession};
}

}  // namespace sallyport
