// The commands of `tsh`, by the files they are in.
#pragma once

#include <vector>

#include "tools/shell/command.h"

namespace sallyport {

Command LoginCommand();
Command LogoutCommand();
Command StatusCommand();
Command VersionCommand();
Command ClustersCommand();
Command ListNodesCommand();
Command EnvCommand();
Command KubeListCommand();
Command KubeLoginCommand();
Command KubeCredentialsCommand();
Command KubectlCommand();
Command SshCommand();
Command ScpCommand();
Command SftpCommand();
Command ProxySshCommand();
Command ProxyHandoverCommand();
Command ConfigCommand();
Command ResolveCommand();
Command RecordingsCommand();
Command PlayCommand();
std::vector<Command> RequestCommands();
// What Teleport's tsh has and ours does not yet: known, so that it is not taken for a mistake.
std::vector<Command> CommandsToCome();

}  // namespace sallyport
