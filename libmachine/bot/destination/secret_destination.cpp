#include "libmachine/bot/destination/secret_destination.h"

#include <algorithm>
#include <set>

#include "libbase/encoding.h"
#include "libbase/value_fields.h"
#include "libclient/kubeconfig.h"

namespace sallyport {
namespace {

const KubeResource kSecrets{"", "v1", "secrets"};
constexpr std::string_view kFieldManager = "tbot";
constexpr std::string_view kDataPrefix = "f:";
// How often a Secret that another client changes meanwhile is written again.
constexpr int kAttempts = 5;

// Returns the keys of a Secret's data that earlier applies of tbot own: an apply without them would remove them.
std::set<std::string> OwnKeys(const Value& secret) {
  std::set<std::string> keys;
  const Value* metadata = secret.Find("metadata");
  const Value* managers = metadata == nullptr ? nullptr : metadata->Find("managedFields");
  if (managers == nullptr) return keys;
  for (const auto& manager : managers->as_list()) {
    const Value* fields = manager.Find("fieldsV1");
    if (TextAt(manager, "manager") != kFieldManager || TextAt(manager, "operation") != "Apply") continue;
    const Value* data = fields == nullptr ? nullptr : fields->Find("f:data");
    if (data == nullptr) continue;
    for (const auto& [key, ignored] : data->as_map()) {
      if (key.starts_with(kDataPrefix)) keys.insert(key.substr(kDataPrefix.size()));
    }
  }
  return keys;
}

Result<KubeEndpoint> EndpointOf(const DestinationContext& context) {
  const std::string kubeconfig = context.environment("KUBECONFIG");
  if (kubeconfig.empty()) {
    PodEnvironment pod;
    pod.service_host = context.environment("KUBERNETES_SERVICE_HOST");
    pod.service_port = context.environment("KUBERNETES_SERVICE_PORT");
    return InClusterEndpoint("kubernetes", pod);
  }

  ASSIGN_OR_RETURN(const Kubeconfig config, ReadKubeconfig(kubeconfig));
  const std::string current = config.current_context();
  ASSIGN_OR_RETURN(KubeconfigContexts contexts, LoadKubeconfig(kubeconfig));
  const auto found = std::ranges::find(contexts.endpoints, current, &KubeEndpoint::name);
  if (found != contexts.endpoints.end()) return std::move(*found);
  const auto unusable = std::ranges::find(contexts.unusable, current, &UnusableContext::name);
  if (unusable != contexts.unusable.end()) return std::unexpected(unusable->reason);
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: there is no current context", kubeconfig),
                      "choose a context: kubectl config use-context NAME");
}

}  // namespace

SecretDestination::SecretDestination(DestinationConfig config, std::unique_ptr<KubeApi> api, const StopSignal* stop)
    : BotDestination(DescribeDestination(config)),
      config_(std::move(config)),
      api_(std::move(api)),
      limits_{.stop = stop} {}

Status SecretDestination::Init() {
  const BotFile test[] = {{std::string(kWriteTestFile), Secret()}};
  return Apply(test, true);
}

Result<Secret> SecretDestination::Read(const std::string& name) {
  ASSIGN_OR_RETURN(const Value secret, api_->Get(Name(), limits_));
  const Value* data = secret.Find("data");
  const Value* text = data == nullptr ? nullptr : data->Find(name);
  if (text == nullptr) return Fail(ErrorKind::kNotFound, "{} has no key {}", description(), name);
  auto content = FromBase64(text->as_string());
  if (!content) return std::unexpected(InContext(description(), content.error()));
  return Secret(std::move(*content));
}

Status SecretDestination::Write(std::span<const BotFile> files) { return Apply(files, false); }

KubeObjectName SecretDestination::Name() const { return {kSecrets, config_.kube_namespace, config_.name}; }

// Returns the Secret, or null when there is none.
Result<Value> SecretDestination::Present() {
  auto secret = api_->Get(Name(), limits_);
  if (!secret && secret.error().kind == ErrorKind::kNotFound) return Value();
  return secret;
}

// The fields that tbot owns: its files, those of its earlier applies, type and labels.
Value SecretDestination::Applied(const Value& present, std::span<const BotFile> files) const {
  Value metadata(Value::Map{{"name", config_.name}, {"namespace", config_.kube_namespace}});
  if (const std::string version = MetadataOf(present, "resourceVersion"); !version.empty()) {
    metadata.Set("resourceVersion", version);
  }
  Value labels = Value::EmptyMap();
  for (const auto& [name, value] : config_.labels) labels.Set(name, value);
  if (!config_.labels.empty()) metadata.Set("labels", std::move(labels));

  Value data = Value::EmptyMap();
  if (const Value* old = present.Find("data")) {
    for (const auto& key : OwnKeys(present)) {
      if (const Value* value = old->Find(key)) data.Set(key, *value);
    }
  }
  for (const auto& file : files) data.Set(file.name, ToBase64(file.content.Reveal()));
  const Value* type = present.Find("type");
  return Value(Value::Map{{"apiVersion", "v1"},
                          {"kind", "Secret"},
                          {"metadata", std::move(metadata)},
                          {"type", type == nullptr ? Value("Opaque") : *type},
                          {"data", std::move(data)}});
}

Status SecretDestination::Apply(std::span<const BotFile> files, bool dry_run) {
  KubeApplyOptions options;
  options.field_manager = kFieldManager;
  options.dry_run = dry_run;
  Error last;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    ASSIGN_OR_RETURN(const Value present, Present());
    auto applied = api_->Apply(Name(), Applied(present, files), options, limits_);
    if (applied) return {};
    if (applied.error().kind != ErrorKind::kCompareFailed) return std::unexpected(std::move(applied).error());
    last = std::move(applied).error();
  }

  if (last.hint.empty()) last.hint = "another program writes the same keys: give tbot a Secret of its own";
  return std::unexpected(std::move(last));
}

Result<std::unique_ptr<BotDestination>> MakeSecretDestination(const DestinationConfig& config,
                                                              const DestinationContext& context) {
  DestinationConfig named = config;
  if (named.kube_namespace.empty()) named.kube_namespace = context.environment("POD_NAMESPACE");
  if (named.kube_namespace.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("the Secret {} has no namespace", config.name),
                        "set namespace in the configuration, or the variable POD_NAMESPACE");
  }
  ASSIGN_OR_RETURN(KubeEndpoint endpoint, EndpointOf(context));
  KubeApiOptions options;
  options.network = context.network;
  ASSIGN_OR_RETURN(auto api, KubeApi::Make(std::move(endpoint), std::move(options)));
  return std::make_unique<SecretDestination>(std::move(named), std::move(api), context.stop);
}

}  // namespace sallyport
