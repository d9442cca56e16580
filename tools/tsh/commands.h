// The commands of `tsh`, grouped by file.
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
Command ListMfaCommand();
std::vector<Command> RequestCommands();
// Adds the names of Teleport's commands and options that tsh lacks.
void AddWhatIsMissing(Program& program);

}  // namespace sallyport
