#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/known_names.h"
#include "tools/tctl/session.h"

namespace {

using namespace sallyport;

std::vector<Option> ProgramRows() {
  return {
      {.name = "config",
       .short_name = 'c',
       .value_name = "FILE",
       .help = "Configuration of the auth service on this host",
       .environment = "TELEPORT_CONFIG_FILE",
       .into = Into<&TctlOptions::config>},
      {.name = "data-dir",
       .value_name = "DIR",
       .help = "Data directory of the auth service on this host",
       .into = Into<&TctlOptions::data_dir>},
      {.name = "auth-server",
       .value_name = "HOST:PORT",
       .help = "Auth service or proxy to use",
       .environment = "TELEPORT_AUTH_SERVER",
       .into = Into<&TctlOptions::auth_server>},

      {.name = "identity",
       .short_name = 'i',
       .value_name = "FILE",
       .help = "Identity file to use, with --auth-server",
       .environment = "TELEPORT_IDENTITY_FILE",
       .into = Into<&TctlOptions::identity>},
      {.name = "insecure", .help = "Do not check the proxy's certificate", .into = Into<&TctlOptions::insecure>},
      {.name = "debug", .short_name = 'd', .help = "Write more messages to stderr", .into = Into<&TctlOptions::debug>}};
}

}  // namespace

int main(int argc, char** argv) {
  BeginTls();
  BeginProtobufLog();

  Program program{
      .name = "tctl",
      .summary = "administer an access cluster",
      .options = ProgramRows(),
      .commands = {StatusCommand(), GetCommand(), CreateCommand(), DiffCommand(), PlanCommand(), AccessExplainCommand(),
                   EventsCommand(), RecordingsCommand(), RemoveCommand(), EditCommand(), UpdateCommand(), LockCommand(),
                   AuthSignCommand(), VersionCommand()},
  };

  program.known_names = KnownNames;
  for (auto&& commands :
       {UserCommands(), TokenCommands(), BotCommands(), BotInstanceCommands(), ServerCommands(), AlertCommands(),
        RequestCommands(), InventoryCommands(), AuthExportCommands(), AuditCommands()}) {
    program.commands.insert(program.commands.end(), commands.begin(), commands.end());
  }
  AddWhatIsMissing(program);
  return RunProgram(program, argc, argv);
}
