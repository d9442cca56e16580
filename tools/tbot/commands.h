// The commands of `tbot`, one file for each group.
#pragma once

#include <string>
#include <vector>

#include "tools/shell/command.h"

namespace sallyport {

// The options of every command.
struct TbotOptions {
  std::string config;
  std::string config_string;
  std::string log_format;
  bool debug = false;
  bool insecure = false;
  bool strict = false;
};

std::vector<Command> StartCommands();
Command InitCommand();
Command MigrateCommand();
Command VersionCommand();
Command KubeCredentialsCommand();
Command SshProxyCommand();
Command InstallSystemdCommand();
Command CopyBinariesCommand();
Command BotStatusCommand();
// Adds the names of Teleport's commands and options that tbot lacks.
void AddWhatIsMissing(Program& program);

}  // namespace sallyport
