#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/teleport/commands.h"

int main(int argc, char** argv) {
  using namespace sallyport;
  BeginTls();
  BeginProtobufLog();
  Program program{
      "teleport",
      "run an access cluster",
      {{"debug", 'd', "", "Log everything"}},
      {StartCommand(), ConfigureCommand(), NodeConfigureCommand(), StatusCommand(), VersionCommand(),
       SshSessionCommand()},
  };
  AddWhatIsMissing(program);
  return RunProgram(program, argc, argv);
}
