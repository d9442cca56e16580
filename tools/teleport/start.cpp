#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "libbase/config_secret.h"
#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libbase/open_files.h"
#include "libbase/text.h"
#include "libcluster/agents/agent.h"
#include "libcluster/cluster.h"
#include "libcluster/config/teleport_config.h"
#include "libresources/codec/linked_messages.h"
#include "tools/shell/service.h"
#include "tools/teleport/commands.h"
#include "tools/teleport/label_option.h"

namespace sallyport {
namespace {

struct StartOptions {
  std::string config;
  std::string data_dir;
  std::optional<std::vector<std::string>> roles;
  std::string token;
  std::string proxy;
  std::string auth_server;
  std::optional<std::vector<std::string>> ca_pins;
  std::string nodename;
  std::vector<std::string> labels;
  std::string pid_file;
  std::string config_string;
  std::string bootstrap;
  std::string apply_on_startup;
  bool insecure = false;
};

constexpr std::chrono::seconds kStopTime{4};
constexpr const char* kDefaultConfig = "/etc/teleport.yaml";
constexpr int kProxyPort = 3080;
constexpr int kAuthPort = 3025;

// "node,auth" enables those services, and no others.
Status SetRoles(TeleportConfig& config, const std::vector<std::string>& roles) {
  const auto has = [&](std::string_view role) { return std::ranges::find(roles, role) != roles.end(); };
  for (const auto& role : roles) {
    constexpr std::array<std::string_view, 5> kKnown{"node", "auth", "proxy", "kube", "discovery"};
    if (std::ranges::find(kKnown, role) != kKnown.end()) continue;
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("unknown role \"{}\"", StripControl(role)),
                        "use some of: node, auth, proxy, kube, discovery");
  }

  config.auth.enabled = has("auth");
  config.proxy.enabled = has("proxy");
  config.ssh.enabled = config.ssh.asked_for = has("node");
  if (has("kube")) config.kubernetes.enabled = true;
  if (has("discovery")) config.discovery.enabled = true;
  return {};
}

// The cluster that this host joins.
Status SetJoin(TeleportConfig& config, const StartOptions& given) {
  auto& join = config.join;
  if (!given.token.empty()) {
    ASSIGN_OR_RETURN(join.token, ConfigSecret(given.token));
  }
  if (given.ca_pins) join.ca_pins = *given.ca_pins;

  if (!given.proxy.empty() && !given.auth_server.empty()) {
    return Fail(ErrorKind::kUsage, "--proxy and --auth-server exclude each other: give one of them");
  }
  if (!given.proxy.empty()) {
    ASSIGN_OR_RETURN(join.address, ParseHostPort(given.proxy, kProxyPort));
    join.through_proxy = true;
  }
  if (!given.auth_server.empty()) {
    ASSIGN_OR_RETURN(join.address, ParseHostPort(given.auth_server, kAuthPort));
    join.through_proxy = false;
  }
  return {};
}

Result<TeleportConfig> ConfigOf(const Invocation& invocation, const StartOptions& given) {
  TeleportConfig config;
  if (!given.config_string.empty()) {
    ASSIGN_OR_RETURN(const std::string text, FromBase64(given.config_string));
    ASSIGN_OR_RETURN(config, ParseTeleportConfig(text, "--config-string"));
  } else if (!given.config.empty()) {
    ASSIGN_OR_RETURN(config, LoadTeleportConfig(given.config));
  } else if (FileExists(kDefaultConfig)) {
    ASSIGN_OR_RETURN(config, LoadTeleportConfig(kDefaultConfig));
  }

  if (!given.data_dir.empty()) config.data_dir = given.data_dir;
  if (!given.pid_file.empty()) config.pid_file = given.pid_file;
  if (!given.nodename.empty()) config.nodename = given.nodename;
  if (const Status named = CheckName(config.nodename); !named) {
    return std::unexpected(InContext("--nodename", named.error()));
  }
  if (GivenToProgram<TeleportOptions>(invocation).debug) config.log.level = LogLevel::kDebug;

  if (given.roles) RETURN_IF_ERROR(SetRoles(config, *given.roles));
  ASSIGN_OR_RETURN(const auto labels, LabelsOf("labels", given.labels));
  for (const auto& [key, value] : labels) config.ssh.labels[key] = value;
  RETURN_IF_ERROR(SetJoin(config, given));

  RETURN_IF_ERROR(CheckConfig(config));
  for (const auto& [option, value] :
       {std::pair("bootstrap", &given.bootstrap), std::pair("apply-on-startup", &given.apply_on_startup)}) {
    if (value->empty() || !config.IsAgent()) continue;
    return Fail(ErrorKind::kUsage, "--{} needs a process with the auth service", option);
  }
  return config;
}

// Prints the next commands for a cluster without users. The text is for people, so it does not go to the log.
void SayFirstSteps(const StartOptions& given, const Cluster& cluster) {
  std::string tctl = "tctl";
  if (!given.config.empty()) {
    tctl += " -c " + given.config;
  } else if (!given.data_dir.empty()) {
    tctl += " --data-dir=" + given.data_dir;
  }

  fmt::print(stderr,
             "\nThe cluster {0} has no users yet. Next:\n"
             "  {1} users add alice --roles=editor,access   # prints a link to set a password\n"
             "  tsh login --proxy={2} --user=alice   # with --insecure while its certificate is self-signed\n"
             "  {1} status\n\n",
             cluster.cluster_name(), tctl, cluster.public_address());
}

Status UntilSignal(const TeleportConfig& config, const sigset_t& signals) {
  if (!config.pid_file.empty()) RETURN_IF_ERROR(WriteFile(config.pid_file, std::to_string(::getpid()) + "\n", 0644));

  int signal = 0;
  while (true) {
    sigwait(&signals, &signal);
    if (signal != SIGHUP && signal != SIGUSR1) break;
    ReopenLog();
    if (LogTarget().target != LogOutput::Target::kFile) continue;
    Log(LogLevel::kInfo, "the log is opened again", {{"signal", signal == SIGHUP ? "SIGHUP" : "SIGUSR1"}});
  }

  Log(LogLevel::kInfo, "stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  EndWithin(kStopTime);
  return config.pid_file.empty() ? Status() : RemoveFile(config.pid_file);
}

// Serves until a signal.
Status Serve(const Invocation& invocation, const StartOptions& given, const TeleportConfig& config,
             const sigset_t& signals) {
  ASSIGN_OR_RETURN(
      const auto cluster,
      Cluster::Start(config, {HostName(), invocation.Env("KUBERNETES_SERVICE_HOST"),
                              invocation.Env("KUBERNETES_SERVICE_PORT"), given.bootstrap, given.apply_on_startup,
                              invocation.Env("SSL_CERT_FILE"), invocation.Environment()}));
  Log(LogLevel::kInfo, "cluster is ready",
      {{"cluster", cluster->cluster_name()},
       {"proxy", cluster->proxy_address()},
       {"auth", cluster->auth_address()},
       {"kube", cluster->kube_address()}});
  if (cluster->IsNew()) SayFirstSteps(given, *cluster);
  return UntilSignal(config, signals);
}

Status ServeElsewhere(const Invocation& invocation, const StartOptions& given, const TeleportConfig& config,
                      const sigset_t& signals) {
  ASSIGN_OR_RETURN(
      const auto agent,
      Agent::Start(config, {HostName(), invocation.Env("KUBERNETES_SERVICE_HOST"),
                            invocation.Env("KUBERNETES_SERVICE_PORT"), invocation.Env("SSL_CERT_FILE"),
                            invocation.Env("KUBERNETES_TOKEN_PATH"), given.insecure, invocation.Environment()}));
  Log(LogLevel::kInfo, "agent is ready", {{"cluster", agent->cluster_name()}});
  return UntilSignal(config, signals);
}

Status BeginLog(const TeleportConfig& config) {
  SetLogOptions(config.log);
  if (auto status = OpenLog(config.log_output); !status) {
    return std::unexpected(InContext(fmt::format("{}: teleport.log.output", config.source), std::move(status).error()));
  }
  for (const auto& note : config.notes)
    Log(LogLevel::kWarning, "a key of the configuration has no effect", {{"key", note}});
  return {};
}

Result<Output> RunStart(const Invocation& invocation, const StartOptions& given) {
  ASSIGN_OR_RETURN(const TeleportConfig config, ConfigOf(invocation, given));
  RETURN_IF_ERROR(BeginLog(config));
  RaiseOpenFileLimit();
  RegisterLinkedMessages();
  const sigset_t signals = BlockServiceSignals();
  RETURN_IF_ERROR(config.IsAgent() ? ServeElsewhere(invocation, given, config, signals)
                                   : Serve(invocation, given, config, signals));
  return Output::Nothing();
}

std::vector<Option> RowsOfCluster() {
  return {
      {.name = "config",
       .short_name = 'c',
       .value_name = "FILE",
       .help = "Configuration file (default /etc/teleport.yaml if the file exists)",
       .environment = "TELEPORT_CONFIG_FILE",
       .into = Into<&StartOptions::config>},
      {.name = "data-dir",
       .value_name = "DIR",
       .help = "Directory of the state (default /var/lib/teleport)",
       .into = Into<&StartOptions::data_dir>},
      {.name = "roles",
       .short_name = 'r',
       .value_name = "ROLES",
       .help = "Services to run: node, auth, proxy, kube, discovery",
       .repeated = true,
       .into = Into<&StartOptions::roles>},

      {.name = "token",
       .value_name = "TOKEN",
       .help = "Token to join a cluster on another host, or the file with the token",
       .into = Into<&StartOptions::token>},
      {.name = "proxy", .value_name = "HOST:PORT", .help = "Proxy of that cluster", .into = Into<&StartOptions::proxy>},
      {.name = "auth-server",
       .short_name = 's',
       .value_name = "HOST:PORT",
       .help = "Auth service of that cluster, instead of its proxy",
       .into = Into<&StartOptions::auth_server>},
      {.name = "ca-pin",
       .value_name = "PIN",
       .help = "CA pin of that cluster, from tctl status",
       .repeated = true,
       .into = Into<&StartOptions::ca_pins>}};
}

std::vector<Option> RowsOfHost() {
  return {{.name = "nodename",
           .value_name = "NAME",
           .help = "Name of this host (default the name of the system)",
           .into = Into<&StartOptions::nodename>},
          {.name = "labels",
           .value_name = "KEY=VALUE",
           .help = "Labels of this host",
           .repeated = true,
           .into = Into<&StartOptions::labels>},
          {.name = "pid-file",
           .value_name = "FILE",
           .help = "File for the process ID, removed at the end",
           .into = Into<&StartOptions::pid_file>},

          {.name = "config-string",
           .value_name = "BASE64",
           .help = "Configuration as base64 text, instead of a file",
           .environment = "TELEPORT_CONFIG",
           .hidden = true,
           .into = Into<&StartOptions::config_string>},
          {.name = "bootstrap",
           .value_name = "FILE",
           .help = "File with the first resources of an empty cluster",
           .into = Into<&StartOptions::bootstrap>},
          {.name = "apply-on-startup",
           .value_name = "FILE",
           .help = "File with resources that are written at every start",
           .into = Into<&StartOptions::apply_on_startup>},
          {.name = "insecure",
           .help = "Accept any certificate of the proxy while joining",
           .into = Into<&StartOptions::insecure>}};
}

}  // namespace

Command StartCommand() {
  Command command{.path = "start",
                  .summary = "Run the cluster, or a node of a cluster on another host, until SIGTERM",
                  .options = RowsOfCluster(),
                  .example = "teleport start -c /etc/teleport.yaml",
                  .formats = "",
                  .run = RunWith<RunStart>};

  for (const auto& row : RowsOfHost()) command.options.push_back(row);
  return command;
}

}  // namespace sallyport
