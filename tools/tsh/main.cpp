#include <cstdlib>

#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/known_names.h"
#include "tools/tsh/relogin.h"
#include "tools/tsh/scp_transport.h"

namespace {

using namespace sallyport;

std::vector<Command> AllCommands() {
  std::vector<Command> commands{LoginCommand(),           LogoutCommand(),        StatusCommand(),   ClustersCommand(),
                                ListNodesCommand(),       SshCommand(),           ScpCommand(),      SftpCommand(),
                                ProxySshCommand(),        ProxyHandoverCommand(), ConfigCommand(),   ResolveCommand(),
                                RecordingsCommand(),      PlayCommand(),          KubeListCommand(), KubeLoginCommand(),
                                KubeCredentialsCommand(), KubectlCommand(),       EnvCommand(),      VersionCommand(),
                                ListMfaCommand()};
  for (auto& command : RequestCommands()) commands.push_back(std::move(command));
  return commands;
}

}  // namespace

int main(int argc, char** argv) {
  if (std::getenv(kScpTransport) != nullptr) return RunScpTransport(argv);
  BeginTls();
  BeginProtobufLog();

  Program program{
      .name = "tsh",
      .summary = "log in to a cluster and use what it gives access to",
      .options = {{"proxy", '\0', "HOST[:PORT]", "Proxy of the cluster", "TELEPORT_PROXY"},
                  {"user", '\0', "USER", "User of the cluster", "TELEPORT_USER"},
                  {"cluster", 'c', "NAME", "Cluster to use, when it is not the one logged in to", "TELEPORT_CLUSTER",
                   "", false, false, "cluster"},
                  {"identity", 'i', "FILE", "Identity file to use instead of a login; needs --proxy",
                   "TELEPORT_IDENTITY_FILE"},
                  {"insecure", '\0', "", "Do not check the proxy's certificate"},
                  {"debug", 'd', "", "Show more of what is known"},
                  {"mfa-mode", '\0', "MODE", "Preferred second factor", "TELEPORT_MFA_MODE",
                   "auto cross-platform platform otp sso"},
                  {.name = "ttl", .value_name = "MINUTES", .help = "How long a login is good for", .hidden = true},
                  {.name = "auth",
                   .value_name = "CONNECTOR",
                   .help = "How a login is made",
                   .environment = "TELEPORT_AUTH",
                   .hidden = true},
                  {"no-relogin", '\0', "", "Fail when the login is over, in place of asking for a new one"},
                  {"relogin", '\0', "", "With login: even if there is one; else as without", "", "", false, true}},
      .commands = AllCommands(),
      .json_indent = 2,
      .format_short_name = 'f',
      .known_names = KnownNames,
      .log_in_again = LogInAgain,
  };

  AddWhatIsMissing(program);
  return RunProgram(program, argc, argv);
}
