#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/known_names.h"

int main(int argc, char** argv) {
  using namespace sallyport;
  BeginTls();
  BeginProtobufLog();

  Program program{
      "tctl",
      "administer an access cluster",
      {{"config", 'c', "FILE", "Configuration of the auth service on this host", "TELEPORT_CONFIG_FILE"},
       {"data-dir", '\0', "DIR", "Data directory of the auth service on this host"},
       {"auth-server", '\0', "HOST:PORT", "Auth service or proxy to use", "TELEPORT_AUTH_SERVER"},
       {"identity", 'i', "FILE", "Identity file to use, with --auth-server", "TELEPORT_IDENTITY_FILE"},
       {"insecure", '\0', "", "Do not check the proxy's certificate"},
       {"debug", 'd', "", "Say more on stderr"}},
      {StatusCommand(), GetCommand(), CreateCommand(), DiffCommand(), PlanCommand(), AccessExplainCommand(),
       EventsCommand(), RecordingsCommand(), RemoveCommand(), EditCommand(), UpdateCommand(), LockCommand(),
       AuthSignCommand(), VersionCommand()},
  };

  program.known_names = KnownNames;
  for (auto&& commands : {UserCommands(), TokenCommands(), BotCommands(), BotInstanceCommands(), ServerCommands(),
                          AlertCommands(), RequestCommands(), InventoryCommands(), AuthExportCommands()}) {
    program.commands.insert(program.commands.end(), commands.begin(), commands.end());
  }
  AddWhatIsMissing(program);
  return RunProgram(program, argc, argv);
}
