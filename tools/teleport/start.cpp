#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "libbase/file.h"
#include "libcluster/cluster.h"
#include "libcluster/config/teleport_config.h"
#include "tools/teleport/commands.h"

namespace sallyport {
namespace {

constexpr const char* kDefaultConfig = "/etc/teleport.yaml";

Result<TeleportConfig> ConfigOf(const Invocation& invocation) {
  TeleportConfig config;
  if (invocation.Has("config")) {
    ASSIGN_OR_RETURN(config, LoadTeleportConfig(invocation.Get("config")));
  } else if (FileExists(kDefaultConfig)) {
    ASSIGN_OR_RETURN(config, LoadTeleportConfig(kDefaultConfig));
  }
  if (invocation.Has("data-dir")) config.data_dir = invocation.Get("data-dir");
  if (invocation.Flag("debug")) config.log.level = LogLevel::kDebug;
  return config;
}

std::string HostName() {
  char name[256] = "localhost";
  ::gethostname(name, sizeof name - 1);
  return name;
}

// The path of this program, for others to start it.
std::string OwnPath() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).string();
}

// Blocks the signals that end the program, so that every thread started later leaves them to this one.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
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

Result<Output> Run(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const TeleportConfig config, ConfigOf(invocation));
  SetLogOptions(config.log);
  const sigset_t signals = BlockSignals();
  ASSIGN_OR_RETURN(const auto cluster, Cluster::Start(config, {HostName(), invocation.Env("KUBERNETES_SERVICE_HOST"),
                                                               invocation.Env("KUBERNETES_SERVICE_PORT"), OwnPath()}));
  if (!config.pid_file.empty()) RETURN_IF_ERROR(WriteFile(config.pid_file, std::to_string(::getpid()) + "\n", 0644));
  Log(LogLevel::kInfo, "cluster is ready",
      {{"cluster", cluster->cluster_name()},
       {"proxy", cluster->proxy_address()},
       {"auth", cluster->auth_address()},
       {"kube", cluster->kube_address()}});
  if (cluster->IsNew()) SayFirstSteps(invocation, *cluster);
  int signal = 0;
  sigwait(&signals, &signal);
  Log(LogLevel::kInfo, "stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  if (!config.pid_file.empty()) RETURN_IF_ERROR(RemoveFile(config.pid_file));
  return Output::Nothing();
}

}  // namespace

Command StartCommand() {
  return {.path = "start",
          .summary = "Run the cluster until SIGTERM",
          .options = {{"config", 'c', "FILE", "Configuration (default /etc/teleport.yaml if it is there)",
                       "TELEPORT_CONFIG_FILE"},
                      {"data-dir", '\0', "DIR", "Where state is kept (default /var/lib/teleport)"}},
          .example = "teleport start -c /etc/teleport.yaml",
          .formats = "",
          .run = Run};
}

}  // namespace sallyport
