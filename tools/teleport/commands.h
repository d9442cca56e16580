// The commands of `teleport`, one file each.
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
// Names what Teleport's teleport has and this one has not.
void AddWhatIsMissing(Program& program);

}  // namespace sallyport
