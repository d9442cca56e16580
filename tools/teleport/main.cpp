#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/teleport/commands.h"

int main(int argc, char** argv) {
  using namespace sallyport;
  BeginTls();
  BeginProtobufLog();
  Program program{
      .name = "teleport",
      .summary = "run an access cluster",
      .options =
          {{.name = "debug", .short_name = 'd', .help = "Log everything", .into = Into<&TeleportOptions::debug>}},
      .commands = {StartCommand(), ConfigureCommand(), NodeConfigureCommand(), StatusCommand(), VersionCommand(),
                   SshSessionCommand()},
  };
  AddWhatIsMissing(program);
  return RunProgram(program, argc, argv);
}
