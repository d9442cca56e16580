// tbot start, tbot configure, and their sub-commands: each sub-command adds one output to the configuration.
#include <unistd.h>

#include "libbase/file.h"
#include "libclient/listing.h"
#include "libmachine/bot/config/join_uri.h"
#include "tools/tbot/run_bot.h"
#include "tools/tbot/start_flags.h"

namespace sallyport {
namespace {

struct LegacyStart {
  StartFlags start;
  std::string data_dir;
  std::string destination_dir;
};

struct StartIdentity {
  StartFlags start;
  DestinationFlags to;
  std::string cluster;
  bool allow_reissue = false;
};

struct StartKubernetes {
  StartFlags start;
  DestinationFlags to;
  std::string kubernetes_cluster;
  bool disable_exec_plugin = false;
};

struct StartKubernetesV2 {
  StartFlags start;
  DestinationFlags to;
  std::vector<std::string> names;
  std::vector<std::string> labels;
  bool disable_exec_plugin = false;
};

struct StartApplication {
  StartFlags start;
  DestinationFlags to;
  std::string app;
  bool specific_tls_extensions = false;
};

ServiceConfig OutputOfType(std::string_view type, DestinationConfig destination) {
  ServiceConfig service;
  service.type = type;
  service.where = "the command line";
  service.destination = std::move(destination);
  return service;
}

Status AddLegacy(BotConfig& config, const LegacyStart& given) {
  if (!given.data_dir.empty()) {
    if (config.storage.type != DestinationType::kNone) {
      config.notes.emplace_back("--data-dir replaces the storage of the configuration");
    }
    ASSIGN_OR_RETURN(config.storage, ParseDestinationUri(given.data_dir));
  }
  if (given.destination_dir.empty()) return {};
  if (!config.services.empty()) {
    return FailWithHint(ErrorKind::kUsage, "--destination-dir and the outputs of a configuration exclude each other",
                        "add the output to the file");
  }
  ASSIGN_OR_RETURN(auto destination, ParseDestinationUri(given.destination_dir));
  config.services.push_back(OutputOfType("identity", std::move(destination)));
  return {};
}

Status AddIdentity(BotConfig& config, const StartIdentity& given) {
  ASSIGN_OR_RETURN(auto destination, DestinationOf(given.to));
  ServiceConfig service = OutputOfType("identity", std::move(destination));
  service.cluster = given.cluster;
  service.allow_reissue = given.allow_reissue;
  config.services.push_back(std::move(service));
  return {};
}

Status AddKubernetes(BotConfig& config, const StartKubernetes& given) {
  ASSIGN_OR_RETURN(auto destination, DestinationOf(given.to));
  if (given.kubernetes_cluster.empty()) return Fail(ErrorKind::kUsage, "--kubernetes-cluster is missing");
  ServiceConfig service = OutputOfType("kubernetes", std::move(destination));
  service.kubernetes_cluster = given.kubernetes_cluster;
  service.disable_exec_plugin = given.disable_exec_plugin;
  config.services.push_back(std::move(service));
  return {};
}

Status AddKubernetesV2(BotConfig& config, const StartKubernetesV2& given) {
  ASSIGN_OR_RETURN(auto destination, DestinationOf(given.to));
  ServiceConfig service = OutputOfType("kubernetes/v2", std::move(destination));
  for (const auto& name : given.names) service.selectors.push_back({name, {}, {}});
  for (const auto& text : given.labels) {
    ASSIGN_OR_RETURN(auto labels, ParseLabels(text));
    service.selectors.push_back({"", std::move(labels), {}});
  }
  if (service.selectors.empty()) return Fail(ErrorKind::kUsage, "give --name-selector or --label-selector");
  service.disable_exec_plugin = given.disable_exec_plugin;
  config.services.push_back(std::move(service));
  return {};
}

Status AddApplication(BotConfig& config, const StartApplication& given) {
  ASSIGN_OR_RETURN(auto destination, DestinationOf(given.to));
  if (given.app.empty()) return Fail(ErrorKind::kUsage, "--app is missing");
  ServiceConfig service = OutputOfType("application", std::move(destination));
  service.app_name = given.app;
  service.specific_tls_naming = given.specific_tls_extensions;
  config.services.push_back(std::move(service));
  return {};
}

// Returns the configuration of the file, the options and the output that the command adds.
template <typename T, Status (*Add)(BotConfig&, const T&)>
Result<BotConfig> ConfigWith(const Invocation& invocation, const T& given) {
  ASSIGN_OR_RETURN(BotConfig config, GivenConfig(invocation));
  RETURN_IF_ERROR(ApplyFlags(invocation, given.start, config));
  RETURN_IF_ERROR(Add(config, given));
  BeginBotLog(invocation, config);
  RETURN_IF_ERROR(CheckAndWarn(invocation, config));
  return config;
}

template <typename T, Status (*Add)(BotConfig&, const T&)>
Result<Output> Start(const Invocation& invocation, const T& given) {
  ASSIGN_OR_RETURN(BotConfig config, (ConfigWith<T, Add>(invocation, given)));
  RETURN_IF_ERROR(RunBot(invocation, std::move(config)));
  return Output::Nothing();
}

// A configuration without a way to join starts nowhere.
Status CheckJoining(const BotConfig& config) {
  if (!config.join_uri.empty()) {
    const auto uri = ParseJoinUri(config.join_uri);
    return uri ? Status() : std::unexpected(uri.error());
  }
  if (!config.onboarding.join_method.empty()) return {};
  return FailWithHint(ErrorKind::kUsage, "the join method is missing", "give --join-method=token, say, or --join-uri");
}

template <typename T, Status (*Add)(BotConfig&, const T&)>
Result<Output> Configure(const Invocation& invocation, const T& given) {
  ASSIGN_OR_RETURN(const BotConfig config, (ConfigWith<T, Add>(invocation, given)));
  RETURN_IF_ERROR(CheckJoining(config));
  const std::string text = "# tbot config file generated by `configure` command\n" + FormatBotConfig(config);
  if (given.start.output.empty()) return Output::Text(text);
  RETURN_IF_ERROR(WritePrivateFile(given.start.output, text));
  Output done = Output::Nothing();
  done.notices.push_back(fmt::format("the configuration was written to {}", given.start.output));
  return done;
}

std::vector<Option> Joined(std::initializer_list<std::vector<Option>> parts) {
  std::vector<Option> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<Option> LegacyRows() {
  return Joined({StartFlagRows<&LegacyStart::start>(),
                 {{.name = "data-dir",
                   .value_name = "DIR",
                   .help = "Directory of the bot's own identity (default /var/lib/teleport/bot)",
                   .into = Into<&LegacyStart::data_dir>},
                  {.name = "destination-dir",
                   .value_name = "DIR",
                   .help = "Directory to write an identity to",
                   .into = Into<&LegacyStart::destination_dir>}}});
}

std::vector<Option> IdentityRows() {
  return Joined({SubcommandFlagRows<&StartIdentity::start>(),
                 DestinationFlagRows<&StartIdentity::to>(),
                 {{.name = "cluster",
                   .value_name = "NAME",
                   .help = "Leaf cluster that the identity is for",
                   .into = Into<&StartIdentity::cluster>},
                  {.name = "allow-reissue",
                   .help = "Let the identity ask for further certificates",
                   .into = Into<&StartIdentity::allow_reissue>}}});
}

std::vector<Option> KubernetesRows() {
  return Joined({SubcommandFlagRows<&StartKubernetes::start>(),
                 DestinationFlagRows<&StartKubernetes::to>(),
                 {{.name = "kubernetes-cluster",
                   .value_name = "NAME",
                   .help = "Kubernetes cluster that the credentials are for",
                   .into = Into<&StartKubernetes::kubernetes_cluster>},
                  {.name = "disable-exec-plugin",
                   .help = "Put the credentials into the kubeconfig, so that kubectl needs no tbot",
                   .into = Into<&StartKubernetes::disable_exec_plugin>}}});
}

std::vector<Option> KubernetesV2Rows() {
  return Joined({SubcommandFlagRows<&StartKubernetesV2::start>(),
                 DestinationFlagRows<&StartKubernetesV2::to>(),
                 {{.name = "name-selector",
                   .value_name = "NAME",
                   .help = "Kubernetes cluster to include",
                   .repeated = true,
                   .into = Into<&StartKubernetesV2::names>},
                  {.name = "label-selector",
                   .value_name = "KEY=VALUE,...",
                   .help = "Labels of Kubernetes clusters to include",
                   .repeated = true,
                   .whole_values = true,
                   .into = Into<&StartKubernetesV2::labels>},
                  {.name = "disable-exec-plugin",
                   .help = "Put the credentials into the kubeconfig, so that kubectl needs no tbot",
                   .into = Into<&StartKubernetesV2::disable_exec_plugin>}}});
}

std::vector<Option> ApplicationRows() {
  return Joined({SubcommandFlagRows<&StartApplication::start>(),
                 DestinationFlagRows<&StartApplication::to>(),
                 {{.name = "app",
                   .value_name = "NAME",
                   .help = "Application that the certificates are for",
                   .into = Into<&StartApplication::app>},
                  {.name = "specific-tls-extensions",
                   .help = "Also write tls.crt, tls.key and tls.cas",
                   .into = Into<&StartApplication::specific_tls_extensions>}}});
}

// A sub-command in its two modes.
template <typename T, Status (*Add)(BotConfig&, const T&)>
void AddBoth(std::vector<Command>& commands, std::string_view start_path, std::string_view configure_path,
             std::string_view start_summary, std::string_view configure_summary, const std::vector<Option>& rows,
             std::string_view example) {
  commands.push_back({.path = start_path,
                      .summary = start_summary,
                      .options = rows,
                      .example = example,
                      .formats = "",
                      .run = RunWith<Start<T, Add>>});
  std::vector<Option> configure_rows = rows;
  configure_rows.push_back(OutputFlagRow<&T::start>());
  commands.push_back({.path = configure_path,
                      .summary = configure_summary,
                      .options = std::move(configure_rows),
                      .formats = "",
                      .run = RunWith<Configure<T, Add>>});
}

}  // namespace

std::vector<Command> StartCommands() {
  std::vector<Command> commands;
  AddBoth<LegacyStart, AddLegacy>(commands, "start", "configure",
                                  "Join the cluster and keep the outputs of a configuration fresh",
                                  "Print a configuration", LegacyRows(), "tbot start -c /etc/tbot.yaml");
  AddBoth<StartIdentity, AddIdentity>(
      commands, "start identity", "configure identity", "Keep an identity for SSH and for tctl and tsh fresh",
      "Print a configuration with an identity", IdentityRows(),
      "tbot start identity --proxy-server=access.example.com:443 --join-method=token --token=TOKEN "
      "--destination=/opt/machine-id");

  AddBoth<StartKubernetes, AddKubernetes>(
      commands, "start kubernetes", "configure kubernetes", "Keep a kubeconfig for one Kubernetes cluster fresh",
      "Print a configuration with a Kubernetes cluster", KubernetesRows(),
      "tbot start kubernetes -c /etc/tbot.yaml --kubernetes-cluster=dev --destination=/opt/kube");
  AddBoth<StartKubernetesV2, AddKubernetesV2>(
      commands, "start kubernetes/v2", "configure kubernetes/v2", "Keep a kubeconfig for Kubernetes clusters fresh",
      "Print a configuration with Kubernetes clusters", KubernetesV2Rows(),
      "tbot start kubernetes/v2 -c /etc/tbot.yaml --label-selector=env=dev --destination=/opt/kube");
  AddBoth<StartApplication, AddApplication>(
      commands, "start application", "configure application", "Keep certificates for an application fresh",
      "Print a configuration with an application", ApplicationRows(),
      "tbot start application -c /etc/tbot.yaml --app=wiki --destination=/opt/wiki");
  return commands;
}

}  // namespace sallyport
