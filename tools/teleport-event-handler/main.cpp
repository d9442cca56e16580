#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/teleport-event-handler/commands.h"

namespace {

using namespace sallyport;

std::vector<Option> HandlerRows() {
  return {{.name = "config",
           .short_name = 'c',
           .value_name = "FILE",
           .help = "Configuration file (TOML)",
           .environment = "FDFWD_CONFIG",
           .into = Into<&HandlerOptions::config>},
          {.name = "strict",
           .help = "Refuse what would be a warning: unknown keys of the configuration, names without an address",
           .into = Into<&HandlerOptions::strict>},
          {.name = "debug",
           .short_name = 'd',
           .help = "Write more messages to the log",
           .environment = "FDFWD_DEBUG",
           .into = Into<&HandlerOptions::debug>}};
}

}  // namespace

int main(int argc, char** argv) {
  BeginTls();
  BeginProtobufLog();
  const Program program{.name = "teleport-event-handler",
                        .summary = "send the audit log of a cluster to Fluentd",
                        .options = HandlerRows(),
                        .commands = {ConfigureCommand(), StartExportCommand(), ExportStatusCommand(),
                                     VerifyExportCommand(), HandlerVersionCommand()}};
  return RunProgram(program, argc, argv);
}
