// teleport-operator, without a command or with `start`: runs the operator until a signal ends it.
#include <thread>

#include "libbase/log.h"
#include "libbase/memory_trim.h"
#include "libbase/text.h"
#include "libbase/whole_number.h"
#include "libclient/environment.h"
#include "libmachine/bot/bot_settings.h"
#include "libmachine/operator/operator.h"
#include "libmachine/own_kube_cluster.h"
#include "libresources/codec/linked_messages.h"
#include "tools/shell/service.h"
#include "tools/teleport-operator/commands.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kOperatorStopTime{10};
constexpr int kMostWorkers = 64;
constexpr int kUsualAuthPort = 3025;

// The names and defaults of the flags are those of Teleport's operator; workers and paused are our own.
struct OperatorStart {
  std::string auth_server = "127.0.0.1:3025";
  std::string token = "teleport-operator";
  std::string join_method = "kubernetes";
  std::string ca_pin;
  bool insecure = false;
  std::string certificate_ttl = "1h";
  std::string renewal_interval = "30m";
  std::string kube_namespace;
  std::string metrics_address = ":8080";
  std::string health_address = ":8081";
  std::string pprof_address = "0";
  std::string lease_name{kOperatorLease};
  std::string sync_period = "10h";
  std::string log_level = "INFO";
  std::string kubeconfig;
  std::string workers = "4";
  bool leader_elect = true;
  bool paused = false;
};

Result<Nanoseconds> DurationOf(const char* flag, const std::string& text) {
  auto time = ParseDuration(text);
  if (time && *time > Nanoseconds(0)) return time;
  return Fail(ErrorKind::kBadParameter, "-{}: \"{}\" is not a positive duration, such as 30m", flag,
              StripControl(text));
}

Result<JoinSettings> JoinSettingsOf(const Invocation& invocation, const OperatorStart& given) {
  BotConfig config;
  config.auth_server = given.auth_server;
  config.insecure = given.insecure;
  config.onboarding.token = given.token;
  config.onboarding.join_method = given.join_method;
  config.onboarding.ca_pins = SplitNonEmpty(given.ca_pin, ',');
  ASSIGN_OR_RETURN(JoinSettings settings, BotSettings(config, invocation.Environment()));
  settings.program = "teleport-operator";
  // The flag has the name of the auth service, and often the address of a proxy. An auth service is trusted by a pin
  // alone, and has its usual port.
  const bool may_be_auth = settings.address.port == kUsualAuthPort || !settings.ca_pins.empty();
  settings.through_proxy = settings.through_proxy || !may_be_auth;
  return settings;
}

Result<OperatorOptions> OperatorOptionsOf(const Invocation& invocation, const OperatorStart& given) {
  const auto environment = invocation.Environment();
  OperatorOptions options;
  ASSIGN_OR_RETURN(options.identity.join, JoinSettingsOf(invocation, given));
  ASSIGN_OR_RETURN(options.identity.ttl, DurationOf("certificate-ttl", given.certificate_ttl));
  ASSIGN_OR_RETURN(options.identity.renewal_interval, DurationOf("renewal-interval", given.renewal_interval));
  ASSIGN_OR_RETURN(const Nanoseconds sync, DurationOf("sync-period", given.sync_period));
  options.sync_period = std::chrono::duration_cast<std::chrono::seconds>(sync);

  ASSIGN_OR_RETURN(options.kube_namespace, OwnKubeNamespace(given.kube_namespace, environment));
  ASSIGN_OR_RETURN(options.kube, OwnKubeEndpoint(given.kubeconfig, environment));
  options.lease_name = given.lease_name;
  options.hostname = HostName();
  options.metrics_address = given.metrics_address;
  options.health_address = given.health_address;
  options.paused = given.paused;
  const auto workers = ReadWholeNumber<int>(given.workers);
  if (!workers || *workers < 1 || *workers > kMostWorkers) {
    return Fail(ErrorKind::kBadParameter, "-workers is a number from 1 to {}", kMostWorkers);
  }
  options.workers = *workers;
  return options;
}

Status CheckNotImplemented(const OperatorStart& given) {
  if (given.pprof_address.empty() || given.pprof_address == "0") return {};
  return FailWithHint(ErrorKind::kNotImplemented, "-pprof-bind-address is not implemented", "leave it out, or set 0");
}

Result<Output> RunOperator(const Invocation& invocation, const OperatorStart& given) {
  UseOneHeap();
  RegisterLinkedMessages();
  const UniqueFd signals = TakeServiceSignals();
  RETURN_IF_ERROR(CheckNotImplemented(given));
  SetLogOptions({.level = LowerCase(given.log_level) == "debug" ? LogLevel::kDebug : LogLevel::kInfo});
  ASSIGN_OR_RETURN(OperatorOptions options, OperatorOptionsOf(invocation, given));
  ASSIGN_OR_RETURN(const auto running, Operator::Make(std::move(options)));

  Status result;
  StopSignal done;
  std::thread work([&] {
    result = running->Run();
    done.Stop();
  });
  const auto sync = [&](std::string_view signal) {
    Log(LogLevel::kInfo, "every custom resource is looked at", {{"signal", std::string(signal)}});
    running->SyncNow();
  };
  ServeServiceSignals(signals, done, {sync, [&] { running->Stop(); }, kOperatorStopTime});
  work.join();
  RETURN_IF_ERROR(result);
  return Output::Nothing();
}

template <auto Member>
Option Flag(std::string_view name, std::string_view value_name, std::string_view help) {
  return {.name = name, .value_name = value_name, .help = help, .may_be_empty = true, .into = Into<Member>};
}

}  // namespace

Command StartOperatorCommand() {
  using S = OperatorStart;
  return {
      .path = "start",
      .summary = "Run the operator; also what the program does without a command",
      .options = {Flag<&S::auth_server>("auth-server", "ADDR",
                                        "Address of the auth service or the proxy (default 127.0.0.1:3025)"),
                  Flag<&S::join_method>("join-method", "METHOD", "How the bot joins (default kubernetes)"),
                  Flag<&S::token>("token", "TOKEN", "Token of the bot (default teleport-operator)"),
                  Flag<&S::ca_pin>("ca-pin", "PIN,...", "Pins of the cluster's certificate authority"),
                  Flag<&S::insecure>("insecure", "", "Do not check the certificate of the proxy"),
                  Flag<&S::certificate_ttl>("certificate-ttl", "TIME", "Life of the certificates (default 1h)"),
                  Flag<&S::renewal_interval>("renewal-interval", "TIME", "Renew so often (default 30m)"),

                  Flag<&S::kube_namespace>("namespace", "NAME", "Namespace (default $POD_NAMESPACE, or the pod's)"),
                  Flag<&S::kubeconfig>("kubeconfig", "FILE", "Kubeconfig outside of Kubernetes"),
                  Flag<&S::metrics_address>("metrics-bind-address", "ADDR", "Serve /metrics (default :8080; 0: no)"),
                  Flag<&S::health_address>("health-probe-bind-address", "ADDR",
                                           "Serve /healthz and /readyz (default :8081; 0: no)"),
                  Flag<&S::pprof_address>("pprof-bind-address", "ADDR", "Not implemented; 0 is accepted"),
                  Flag<&S::leader_elect>("leader-elect", "", "Accepted: one of several operators always leads"),
                  Flag<&S::lease_name>("leader-election-id", "NAME", "Lease (default 431e83f4.teleport.dev)"),
                  Flag<&S::sync_period>("sync-period", "TIME", "Look at everything so often (default 10h)"),
                  Flag<&S::log_level>("log-level", "LEVEL", "INFO or DEBUG (default INFO)"),
                  Flag<&S::workers>("workers", "N", "Custom resources at a time (default 4)"),
                  Flag<&S::paused>("paused", "", "Watch, and write nothing")},
      .example = "teleport-operator -auth-server teleport.example.com:443 -token operator-bot",
      .formats = "",
      .run = RunWith<RunOperator>};
}

}  // namespace sallyport
