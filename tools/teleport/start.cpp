#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "libbase/config_secret.h"
#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libbase/open_files.h"
#include "libbase/text.h"
#include "libcluster/agents/agent.h"
#include "libcluster/cluster.h"
#include "libcluster/config/teleport_config.h"
#include "tools/teleport/commands.h"
#include "tools/teleport/label_option.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kStopTime{4};
constexpr const char* kDefaultConfig = "/etc/teleport.yaml";

// "node,auth" enables those services, and no others.
Status SetRoles(TeleportConfig& config, const Invocation& invocation) {
  if (!invocation.Has("roles")) return {};
  const auto roles = invocation.GetList("roles");
  const auto has = [&](std::string_view role) { return std::ranges::find(roles, role) != roles.end(); };
  for (const auto& role : roles) {
    constexpr std::array<std::string_view, 4> kKnown{"node", "auth", "proxy", "kube"};
    if (std::ranges::find(kKnown, role) != kKnown.end()) continue;
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("there is no role \"{}\"", StripControl(role)),
                        "use some of: node, auth, proxy, kube");
  }

  config.auth.enabled = has("auth");
  config.proxy.enabled = has("proxy");
  config.ssh.enabled = config.ssh.asked_for = has("node");
  if (has("kube")) config.kubernetes.enabled = true;
  return {};
}

// Which cluster this host joins.
Status SetJoin(TeleportConfig& config, const Invocation& invocation) {
  auto& join = config.join;
  if (invocation.Has("token")) {
    ASSIGN_OR_RETURN(join.token, ConfigSecret(invocation.Get("token")));
  }
  if (invocation.Has("ca-pin")) {
    join.ca_pins = invocation.GetList("ca-pin");
  }

  if (invocation.Has("proxy") && invocation.Has("auth-server")) {
    return Fail(ErrorKind::kUsage, "--proxy and --auth-server are two ways to the same cluster: give one");
  }
  for (const auto& [option, port] : {std::pair("proxy", 3080), std::pair("auth-server", 3025)}) {
    if (!invocation.Has(option)) continue;
    ASSIGN_OR_RETURN(join.address, ParseHostPort(invocation.Get(option), port));
    join.through_proxy = std::string_view(option) == "proxy";
  }
  return {};
}

Result<TeleportConfig> ConfigOf(const Invocation& invocation) {
  TeleportConfig config;
  if (invocation.Has("config-string")) {
    ASSIGN_OR_RETURN(const std::string text, FromBase64(invocation.Get("config-string")));
    ASSIGN_OR_RETURN(config, ParseTeleportConfig(text, "--config-string"));
  } else if (invocation.Has("config")) {
    ASSIGN_OR_RETURN(config, LoadTeleportConfig(invocation.Get("config")));
  } else if (FileExists(kDefaultConfig)) {
    ASSIGN_OR_RETURN(config, LoadTeleportConfig(kDefaultConfig));
  }

  if (invocation.Has("data-dir")) config.data_dir = invocation.Get("data-dir");
  if (invocation.Has("pid-file")) config.pid_file = invocation.Get("pid-file");
  if (invocation.Has("nodename")) config.nodename = invocation.Get("nodename");
  if (const Status named = CheckName(config.nodename); !named) {
    return std::unexpected(InContext("--nodename", named.error()));
  }
  if (invocation.Flag("debug")) config.log.level = LogLevel::kDebug;

  RETURN_IF_ERROR(SetRoles(config, invocation));
  ASSIGN_OR_RETURN(const auto labels, LabelsOf(invocation, "labels"));
  for (const auto& [key, value] : labels) config.ssh.labels[key] = value;
  RETURN_IF_ERROR(SetJoin(config, invocation));

  RETURN_IF_ERROR(CheckConfig(config));
  for (const std::string_view option : {"bootstrap", "apply-on-startup"}) {
    if (!invocation.Has(option) || !config.IsAgent()) continue;
    return Fail(ErrorKind::kUsage, "--{} is for a process with the auth service, which this is not", option);
  }
  return config;
}

std::string HostName() {
  char name[256] = "localhost";
  ::gethostname(name, sizeof name - 1);
  return name;
}

// Blocks the signals that end the program, so that every thread started later leaves them to this one.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Ends the process when stopping takes longer, whatever hangs: an agent, a disk, a client. What was answered is on the
// disk by then.
void EndWithin(std::chrono::seconds time) {
  std::thread([time] {
    std::this_thread::sleep_for(time);
    Log(LogLevel::kWarning, "stopping takes too long: the process ends now");
    std::_Exit(0);
  }).detach();
}

// What to do with a cluster that nobody can log in to yet. For people, so it is no line of the log.
void SayFirstSteps(const Invocation& invocation, const Cluster& cluster) {
  std::string tctl = "tctl";
  if (invocation.Has("config")) {
    tctl += " -c " + invocation.Get("config");
  } else if (invocation.Has("data-dir")) {
    tctl += " --data-dir=" + invocation.Get("data-dir");
  }

  fmt::print(stderr,
             "\nThe cluster {0} has no users yet. Next:\n"
             "  {1} users add alice --roles=editor,access   # prints a link to choose a password\n"
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
Status Serve(const Invocation& invocation, const TeleportConfig& config, const sigset_t& signals) {
  ASSIGN_OR_RETURN(const auto cluster,
                   Cluster::Start(config, {HostName(), invocation.Env("KUBERNETES_SERVICE_HOST"),
                                           invocation.Env("KUBERNETES_SERVICE_PORT"), invocation.Get("bootstrap"),
                                           invocation.Get("apply-on-startup")}));
  Log(LogLevel::kInfo, "cluster is ready",
      {{"cluster", cluster->cluster_name()},
       {"proxy", cluster->proxy_address()},
       {"auth", cluster->auth_address()},
       {"kube", cluster->kube_address()}});
  if (cluster->IsNew()) SayFirstSteps(invocation, *cluster);
  return UntilSignal(config, signals);
}

Status ServeElsewhere(const Invocation& invocation, const TeleportConfig& config, const sigset_t& signals) {
  ASSIGN_OR_RETURN(const auto agent,
                   Agent::Start(config, {HostName(), invocation.Env("KUBERNETES_SERVICE_HOST"),
                                         invocation.Env("KUBERNETES_SERVICE_PORT"), invocation.Env("SSL_CERT_FILE"),
                                         invocation.Flag("insecure")}));
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

Result<Output> Run(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const TeleportConfig config, ConfigOf(invocation));
  RETURN_IF_ERROR(BeginLog(config));
  RaiseOpenFileLimit();
  const sigset_t signals = BlockSignals();
  RETURN_IF_ERROR(config.IsAgent() ? ServeElsewhere(invocation, config, signals) : Serve(invocation, config, signals));
  return Output::Nothing();
}

}  // namespace

Command StartCommand() {
  return {.path = "start",
          .summary = "Run the cluster, or a node of one elsewhere, until SIGTERM",
          .options = {{"config", 'c', "FILE", "Configuration (default /etc/teleport.yaml if it is there)",
                       "TELEPORT_CONFIG_FILE"},
                      {"data-dir", '\0', "DIR", "Where state is kept (default /var/lib/teleport)"},
                      {"roles", 'r', "ROLES", "The services to run: node, auth, proxy, kube", "", "", true},
                      {"token", '\0', "TOKEN", "Join a cluster elsewhere with this token, or the file it is in"},
                      {"proxy", '\0', "HOST:PORT", "The proxy of that cluster"},
                      {"auth-server", 's', "HOST:PORT", "The auth service of that cluster, instead of its proxy"},
                      {"ca-pin", '\0', "PIN", "What tctl status shows of that cluster", "", "", true},
                      {"nodename", '\0', "NAME", "The name of this host (default: as the system has it)"},
                      {"labels", '\0', "KEY=VALUE", "Labels of this host", "", "", true},
                      {"pid-file", '\0', "FILE", "Write the process's number there, and remove it at the end"},
                      {.name = "config-string",
                       .value_name = "BASE64",
                       .help = "Configuration itself, in place of a file",
                       .environment = "TELEPORT_CONFIG",
                       .hidden = true},
                      {"bootstrap", '\0', "FILE", "Resources that an empty cluster begins with"},
                      {"apply-on-startup", '\0', "FILE", "Resources that are written at every start"},
                      {"insecure", '\0', "", "Accept any certificate of the proxy while joining"}},

          .example = "teleport start -c /etc/teleport.yaml",
          .formats = "",
          .run = Run};
}

}  // namespace sallyport
