#include "libbase/text.h"
#include "tools/teleport/commands.h"

namespace sallyport {
namespace {

std::string Text(const Value& session) {
  const auto field = [&](std::string_view name) { return StripControl(session.Find(name)->as_string()); };
  return fmt::format(
      "User ID     : {}, logged in as {} from {}\n"
      "Cluster Name: {}\n"
      "Host UUID   : {}\n"
      "Session ID  : {}\n",
      field("user"), field("login"), field("client"), field("cluster"), field("host_id"), field("session_id"));
}

// Facts about the session in which the command runs, from its environment.
Result<Output> RunStatus(const Invocation& invocation) {
  const std::string session = invocation.Env("SSH_SESSION_ID");
  if (session.empty()) return Output::Text("The command does not run in a session of a cluster's node.\n");
  Value value(Value::Map{{"user", invocation.Env("SSH_TELEPORT_USER")},
                         {"login", invocation.Env("USER")},
                         {"client", invocation.Env("SSH_CLIENT")},
                         {"cluster", invocation.Env("SSH_TELEPORT_CLUSTER_NAME")},
                         {"host_id", invocation.Env("SSH_TELEPORT_HOST_UUID")},
                         {"session_id", session}});
  return Output::Of(std::move(value), Text);
}

}  // namespace

Command StatusCommand() {
  return {.path = "status",
          .summary = "Show the session of a node in which the command runs",
          .example = "teleport status",
          .run = RunStatus};
}

}  // namespace sallyport
