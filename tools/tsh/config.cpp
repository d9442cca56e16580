#include <filesystem>

#include "libclient/listing.h"
#include "libclient/profile_status.h"
#include "libclient/ssh_launch.h"
#include "tools/shell/exec.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"
#include "tools/tsh/node_choice.h"

namespace sallyport {
namespace {

struct ConfigOptions {
  std::string login;
  std::string port;
};

constexpr int kNodePort = 3022;

// The values that all clusters share.
struct SshConfig {
  std::string proxy_host;
  std::string known_hosts;  // paths, quoted for ssh_config
  std::string key;
  std::string certificate;
  std::string user;  // a whole line, or empty
  std::string tsh;   // the beginning of the ProxyCommand
  std::string proxy;
  int port = kNodePort;
};

// Returns an absolute path, because ssh may start in any directory.
Result<std::string> PathFor(const std::string& path) {
  std::error_code error;
  return SshPath(std::filesystem::absolute(path, error).lexically_normal().string());
}

Result<SshConfig> ConfigOf(const Invocation& invocation, const ConfigOptions& given, const Session& session) {
  SshConfig config;
  config.proxy_host = session.profile.Name();
  config.proxy = session.profile.web_proxy_addr;
  if (!IsPlainHost(config.proxy_host))
    return Fail(ErrorKind::kBadParameter, "the name of the proxy cannot be used in the configuration of ssh");

  ASSIGN_OR_RETURN(config.known_hosts, PathFor(session.paths.KnownHosts()));
  ASSIGN_OR_RETURN(config.key, PathFor(session.paths.SshKey()));
  ASSIGN_OR_RETURN(config.certificate, PathFor(session.paths.SshCertificate(session.profile.cluster)));
  if (!given.login.empty()) {
    RETURN_IF_ERROR(CheckSshLogin(given.login));
    config.user = fmt::format("    User {}\n", SshQuoted(given.login));
  }

  ASSIGN_OR_RETURN(config.tsh, SshPath(OwnPath(invocation.executable)));
  // The environment of a later ssh may lack the variable.
  if (!invocation.Env("TELEPORT_HOME").empty()) {
    std::error_code error;
    const auto home = std::filesystem::absolute(session.paths.home, error).lexically_normal().string();
    config.tsh = fmt::format("env {} {}", SshCommandLine({"TELEPORT_HOME=" + home}), config.tsh);
  }

  ASSIGN_OR_RETURN(const int port, PortOf(given.port));
  if (port != 0) config.port = port;
  return config;
}

std::string Section(const SshConfig& config, const std::string& cluster) {
  std::string text = fmt::format(
      "# Common flags for all {0} hosts\n"
      "Host *.{0} {1}\n"
      "    UserKnownHostsFile {2}\n"
      "    IdentityFile {3}\n"
      "    CertificateFile {4}\n",
      cluster, config.proxy_host, config.known_hosts, config.key, config.certificate);
  text += config.user;

  // Quotes keep an untrusted name (of a repository's submodule, for example) one word for the shell.
  text += fmt::format(
      "\n# Flags for all {0} hosts except the proxy\n"
      "Host *.{0} !{1}\n"
      "    Port {2}\n"
      "    ProxyCommand {3} proxy ssh --cluster={0} --proxy={4} '%r@%h:%p'\n",
      cluster, config.proxy_host, config.port, config.tsh, config.proxy);
  return text + config.user;
}

Result<Output> RunConfig(const Invocation& invocation, const ConfigOptions& given) {
  if (!GivenToProgram<TshOptions>(invocation).identity.empty()) {
    return FailWithHint(ErrorKind::kUsage, "an identity file has no profile for ssh",
                        "log in, or use the identity file with tsh: tsh -i FILE --proxy=HOST ssh HOST");
  }

  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(const auto rpc, ConnectAuth(session, NetworkOf(invocation), invocation.program->name));
  ASSIGN_OR_RETURN(const auto leaves, ListRemoteClusters(*rpc));
  ASSIGN_OR_RETURN(const SshConfig config, ConfigOf(invocation, given, session));

  std::string text = fmt::format("# Begin generated Teleport configuration for {} by tsh\n", config.proxy_host);
  std::vector<std::string> clusters{session.root_cluster};
  for (const auto& leaf : leaves) clusters.push_back(leaf.name);
  Output output;
  for (const auto& cluster : clusters) {
    if (IsPlainHost(cluster)) {
      text += "\n" + Section(config, cluster);
    } else {
      output.notices.emplace_back("tsh: a cluster is left out: its name cannot be used in the configuration of ssh");
    }
  }

  auto notices = std::move(output.notices);
  output = Output::Text(text + "\n# End generated Teleport configuration\n");
  output.notices = std::move(notices);
  return output;
}

}  // namespace

Command ConfigCommand() {
  return {.path = "config",
          .summary = "Print configuration for OpenSSH, to be added to ~/.ssh/config",
          .options = {{.name = "login",
                       .short_name = 'l',
                       .value_name = "NAME",
                       .help = "Login on the nodes",
                       .environment = "TELEPORT_LOGIN",
                       .into = Into<&ConfigOptions::login>},
                      {.name = "port",
                       .short_name = 'p',
                       .value_name = "PORT",
                       .help = "SSH port of the nodes",
                       .into = Into<&ConfigOptions::port>}},
          .example = "tsh config >> ~/.ssh/config",
          .formats = "",
          .run = RunWith<RunConfig>};
}

}  // namespace sallyport
