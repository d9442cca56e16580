#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/tbot/commands.h"

namespace {

using namespace sallyport;

std::vector<Option> ProgramRows() {
  return {{.name = "config",
           .short_name = 'c',
           .value_name = "FILE",
           .help = "Configuration file",
           .environment = "TBOT_CONFIG_PATH",
           .into = Into<&TbotOptions::config>},
          {.name = "config-string",
           .value_name = "BASE64",
           .help = "Configuration, in base64",
           .environment = "TBOT_CONFIG",
           .hidden = true,
           .into = Into<&TbotOptions::config_string>},

          {.name = "strict",
           .help = "Refuse unknown keys of the configuration, instead of warning of them",
           .into = Into<&TbotOptions::strict>},
          {.name = "log-format",
           .value_name = "FORMAT",
           .help = "Form of the log",
           .choices = "text json",
           .into = Into<&TbotOptions::log_format>},
          {.name = "insecure",
           .help = "Accept any certificate of the cluster when joining",
           .into = Into<&TbotOptions::insecure>},
          {.name = "debug",
           .short_name = 'd',
           .help = "Write more messages to the log",
           .into = Into<&TbotOptions::debug>}};
}

}  // namespace

int main(int argc, char** argv) {
  BeginTls();
  BeginProtobufLog();

  Program program{
      .name = "tbot",
      .summary = "keep certificates of a cluster fresh for a machine",
      .options = ProgramRows(),
      .commands = StartCommands(),
  };
  for (auto&& command : {InitCommand(), MigrateCommand(), BotStatusCommand(), VersionCommand(), InstallSystemdCommand(),
                         CopyBinariesCommand(), KubeCredentialsCommand(), SshProxyCommand()}) {
    program.commands.push_back(command);
  }
  AddWhatIsMissing(program);
  return RunProgram(program, argc, argv);
}
