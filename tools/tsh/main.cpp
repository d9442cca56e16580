#include <cstdlib>

#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
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

// The options of a login, which other commands may also start.
std::vector<Option> LoginRows() {
  return {{.name = "mfa-mode",
           .value_name = "MODE",
           .help = "Preferred second factor",
           .environment = "TELEPORT_MFA_MODE",
           .choices = "auto cross-platform platform otp sso",
           .into = Into<&TshOptions::mfa_mode>},
          {.name = "ttl",
           .value_name = "MINUTES",
           .help = "Lifetime of a login, in minutes",
           .hidden = true,
           .into = Into<&TshOptions::ttl>},
          {.name = "auth",
           .value_name = "CONNECTOR",
           .help = "Method of a login",
           .environment = "TELEPORT_AUTH",
           .hidden = true,
           .into = Into<&TshOptions::auth>},

          {.name = "no-relogin",
           .help = "Fail when the login has expired, instead of asking for a new login",
           .into = Into<&TshOptions::no_relogin>},
          {.name = "relogin",
           .help = "With login: log in even if a login exists",
           .hidden = true,
           .into = Into<&TshOptions::relogin>}};
}

std::vector<Option> ProgramRows() {
  std::vector<Option> rows{
      {.name = "proxy",
       .value_name = "HOST[:PORT]",
       .help = "Proxy of the cluster",
       .environment = "TELEPORT_PROXY",
       .into = Into<&TshOptions::proxy>},
      {.name = "user",
       .value_name = "USER",
       .help = "User of the cluster",
       .environment = "TELEPORT_USER",
       .into = Into<&TshOptions::user>},
      {.name = "cluster",
       .short_name = 'c',
       .value_name = "NAME",
       .help = "Cluster to use (default the cluster of the login)",
       .environment = "TELEPORT_CLUSTER",
       .names = "cluster",
       .into = Into<&TshOptions::cluster>},
      {.name = "identity",
       .short_name = 'i',
       .value_name = "FILE",
       .help = "Identity file to use instead of a login; needs --proxy",
       .environment = "TELEPORT_IDENTITY_FILE",
       .into = Into<&TshOptions::identity>},
      {.name = "insecure", .help = "Do not check the proxy's certificate", .into = Into<&TshOptions::insecure>},
      {.name = "debug", .short_name = 'd', .help = "Show more details", .into = Into<&TshOptions::debug>}};

  for (const auto& row : LoginRows()) rows.push_back(row);
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  if (std::getenv(kScpTransport) != nullptr) return RunScpTransport(argv);
  BeginTls();
  BeginProtobufLog();

  Program program{
      .name = "tsh",
      .summary = "log in to a cluster and use its nodes and Kubernetes clusters",
      .options = ProgramRows(),
      .commands = AllCommands(),
      .json_indent = 2,
      .format_short_name = 'f',
      .known_names = KnownNames,
      .log_in_again = LogInAgain,
  };

  AddWhatIsMissing(program);
  return RunProgram(program, argc, argv);
}
