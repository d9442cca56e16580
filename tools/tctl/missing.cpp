#include "tools/tctl/commands.h"

namespace sallyport {
namespace {

Result<Output> Run(const Invocation& invocation) {
  return FailWithHint(ErrorKind::kNotImplemented, fmt::format("tctl {} is not there yet", invocation.command->path),
                      "docs/status.md lists what is");
}

}  // namespace

std::vector<Command> MissingCommands() {
  std::vector<Command> commands;
  for (const char* path :
       {"auth rotate", "apps ls", "db ls", "top", "sso configure", "sso test", "acl ls", "devices ls"}) {
    Command command{.path = path, .summary = "Not there yet", .formats = "", .hidden = true, .run = Run};
    command.arguments = {{"args", "", false, true}};
    command.passthrough = true;
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace sallyport
