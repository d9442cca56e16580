// The commands of `teleport`, one file for each command.
#pragma once

#include "tools/shell/command.h"

namespace sallyport {

// The options of every command of teleport.
struct TeleportOptions {
  bool debug = false;
};

Command StartCommand();
Command ConfigureCommand();
Command NodeConfigureCommand();
Command StatusCommand();
Command VersionCommand();
Command SshSessionCommand();
// Adds the names of Teleport's commands and options that teleport lacks.
void AddWhatIsMissing(Program& program);

}  // namespace sallyport
