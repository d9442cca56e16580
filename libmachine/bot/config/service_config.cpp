#include "libmachine/bot/config/service_config.h"

#include <algorithm>
#include <array>

#include "libbase/text.h"
#include "libbase/value_fields.h"
#include "libmachine/bot/config/config_node.h"

namespace sallyport {
namespace {

using ServiceKey = BotKey<ServiceConfig>;

// A cluster issues no certificate to a bot that lives longer.
constexpr std::chrono::hours kLongestTtl{7 * 24};

Status ReadLifetimeTtl(ServiceConfig& to, const ConfigNode& node) { return node.Read(to.lifetime.ttl); }
Status ReadLifetimeInterval(ServiceConfig& to, const ConfigNode& node) {
  return node.Read(to.lifetime.renewal_interval);
}
Status ReadServiceDestination(ServiceConfig& to, const ConfigNode& node) {
  return ReadDestination(to.destination, node);
}

// The word of a switch is a text in the file (`ssh_config: off`), whatever YAML takes it for.
Status ReadSshConfig(ServiceConfig& to, const ConfigNode& node) {
  RETURN_IF_ERROR(node.Read(to.ssh_config));
  if (to.ssh_config == "on" || to.ssh_config == "off") return {};
  return node.At(
      {ErrorKind::kBadParameter, fmt::format("\"{}\" is not known", StripControl(to.ssh_config)), "use on or off"});
}

constexpr std::array<BotKey<KubeSelector>, 3> kSelectorKeys{
    {{"name", ReadField<&KubeSelector::name>},
     {"labels", ReadField<&KubeSelector::labels>},
     {"default_namespace", ReadField<&KubeSelector::default_namespace>}}};
Status ReadSelector(KubeSelector& to, const ConfigNode& node) {
  return ReadKeys<KubeSelector>(to, node, kSelectorKeys);
}
Status ReadSelectors(ServiceConfig& to, const ConfigNode& node) { return ReadItems(to.selectors, node, ReadSelector); }

// The keys that every output has.
constexpr std::array<ServiceKey, 5> kSharedKeys{{{"type", IgnoreKey},
                                                 {"name", ReadField<&ServiceConfig::name>},
                                                 {"destination", ReadServiceDestination},
                                                 {"credential_ttl", ReadLifetimeTtl},
                                                 {"renewal_interval", ReadLifetimeInterval}}};
constexpr std::array<ServiceKey, 4> kIdentityKeys{{{"roles", ReadField<&ServiceConfig::roles>},
                                                   {"cluster", ReadField<&ServiceConfig::cluster>},
                                                   {"ssh_config", ReadSshConfig},
                                                   {"allow_reissue", ReadField<&ServiceConfig::allow_reissue>}}};
constexpr std::array<ServiceKey, 2> kSshHostKeys{
    {{"roles", ReadField<&ServiceConfig::roles>}, {"principals", ReadField<&ServiceConfig::principals>}}};
constexpr std::array<ServiceKey, 3> kKubernetesKeys{
    {{"roles", ReadField<&ServiceConfig::roles>},
     {"kubernetes_cluster", ReadField<&ServiceConfig::kubernetes_cluster>},
     {"disable_exec_plugin", ReadField<&ServiceConfig::disable_exec_plugin>}}};
constexpr std::array<ServiceKey, 3> kKubernetesV2Keys{
    {{"selectors", ReadSelectors},
     {"disable_exec_plugin", ReadField<&ServiceConfig::disable_exec_plugin>},
     {"context_name_template", ReadField<&ServiceConfig::context_name_template>}}};
constexpr std::array<ServiceKey, 3> kApplicationKeys{
    {{"roles", ReadField<&ServiceConfig::roles>},
     {"app_name", ReadField<&ServiceConfig::app_name>},
     {"specific_tls_naming", ReadField<&ServiceConfig::specific_tls_naming>}}};

template <const auto& Keys>
Status ReadServed(ServiceConfig& to, const ConfigNode& node) {
  std::vector<ServiceKey> keys(kSharedKeys.begin(), kSharedKeys.end());
  keys.insert(keys.end(), Keys.begin(), Keys.end());
  return ReadKeys<ServiceConfig>(to, node, keys);
}

Status CheckSshHost(const ServiceConfig& service) {
  if (!service.principals.empty()) return {};
  return FailWithHint(ErrorKind::kBadParameter, "principals is empty", "list the names and addresses of the host");
}

Status CheckKubernetes(const ServiceConfig& service) {
  if (!service.kubernetes_cluster.empty()) return {};
  return FailWithHint(ErrorKind::kBadParameter, "kubernetes_cluster is missing",
                      "set kubernetes_cluster; tsh kube ls lists the names");
}

Status CheckKubernetesV2(const ServiceConfig& service) {
  if (service.selectors.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "selectors is empty", "select clusters by name or by labels");
  }
  for (const auto& selector : service.selectors) {
    if (selector.name.empty() != selector.labels.empty()) continue;
    return Fail(ErrorKind::kBadParameter, "each of selectors needs either name or labels");
  }
  return {};
}

Status CheckApplication(const ServiceConfig& service) {
  if (!service.app_name.empty()) return {};
  return Fail(ErrorKind::kBadParameter, "app_name is missing");
}

void SetUnlessEmpty(Value& map, std::string_view key, const std::string& text) {
  if (!text.empty()) map.Set(key, text);
}

void WriteDestinationAndRoles(const ServiceConfig& service, Value& map) {
  map.Set("destination", DestinationValue(service.destination));
  if (!service.roles.empty()) map.Set("roles", Value::Strings(service.roles));
}

void WriteIdentity(const ServiceConfig& service, Value& map) {
  WriteDestinationAndRoles(service, map);
  SetUnlessEmpty(map, "cluster", service.cluster);
  map.Set("ssh_config", service.ssh_config);
  if (service.allow_reissue) map.Set("allow_reissue", true);
}

void WriteSshHost(const ServiceConfig& service, Value& map) {
  WriteDestinationAndRoles(service, map);
  map.Set("principals", Value::Strings(service.principals));
}

void WriteKubernetes(const ServiceConfig& service, Value& map) {
  WriteDestinationAndRoles(service, map);
  map.Set("kubernetes_cluster", service.kubernetes_cluster);
  map.Set("disable_exec_plugin", service.disable_exec_plugin);
}

Value SelectorValue(const KubeSelector& selector) {
  Value map = Value::EmptyMap();
  SetUnlessEmpty(map, "name", selector.name);
  Value labels = Value::EmptyMap();
  for (const auto& [name, value] : selector.labels) labels.Set(name, value);
  if (!selector.labels.empty()) map.Set("labels", std::move(labels));
  SetUnlessEmpty(map, "default_namespace", selector.default_namespace);
  return map;
}

void WriteKubernetesV2(const ServiceConfig& service, Value& map) {
  WriteDestinationAndRoles(service, map);
  if (service.disable_exec_plugin) map.Set("disable_exec_plugin", true);
  Value selectors = Value::EmptyList();
  for (const auto& selector : service.selectors) selectors.Append(SelectorValue(selector));
  map.Set("selectors", std::move(selectors));
  SetUnlessEmpty(map, "context_name_template", service.context_name_template);
}

void WriteApplication(const ServiceConfig& service, Value& map) {
  WriteDestinationAndRoles(service, map);
  map.Set("app_name", service.app_name);
  map.Set("specific_tls_naming", service.specific_tls_naming);
}

// The served types, then those that are known only.
std::vector<ServiceType> MakeServiceTypes() {
  std::vector<ServiceType> types{
      {"identity", true, ReadServed<kIdentityKeys>, nullptr, WriteIdentity},
      {"ssh_host", true, ReadServed<kSshHostKeys>, CheckSshHost, WriteSshHost},
      {"kubernetes", true, ReadServed<kKubernetesKeys>, CheckKubernetes, WriteKubernetes},
      {"kubernetes/v2", true, ReadServed<kKubernetesV2Keys>, CheckKubernetesV2, WriteKubernetesV2},
      {"application", true, ReadServed<kApplicationKeys>, CheckApplication, WriteApplication},
  };
  for (const auto name : UnservedTypes()) types.push_back({name, false, ReadUnserved});
  return types;
}

const std::vector<ServiceType>& ServiceTypes() {
  static const std::vector<ServiceType> kTypes = MakeServiceTypes();
  return kTypes;
}

}  // namespace

Result<const ServiceType*> FindServiceType(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& type : ServiceTypes()) {
    if (type.name == name) return &type;
    names.push_back(type.name);
  }
  const auto meant = DidYouMean(name, std::span<const std::string_view>(names));
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not a type of output", StripControl(name)),
                      meant ? fmt::format("did you mean \"{}\"?", *meant) : std::string());
}

Status ReadService(ServiceConfig& to, const ConfigNode& node) {
  const Value* type = node.value.Find("type");
  if (type == nullptr || type->is_null()) {
    return node.At({ErrorKind::kBadParameter, "the type is missing", "set type: identity, say"});
  }
  const ConfigNode type_node = node.Key("type", *type);
  RETURN_IF_ERROR(type_node.Read(to.type));
  const auto row = FindServiceType(to.type);
  if (!row) return type_node.At(row.error());

  to.where = fmt::format("{}: {}", PlaceIn(node.notes.source, node.value), node.path);
  return (*row)->read(to, node);
}

Status CheckService(const ServiceConfig& service, bool oneshot) {
  const auto fail = [&](Error error) { return std::unexpected(InContext(service.where, std::move(error))); };
  const auto row = FindServiceType(service.type);
  if (!row) return fail(row.error());
  if (!(*row)->served) return {};

  if (const Status checked = CheckDestination(service.destination); !checked) return fail(checked.error());
  if ((*row)->check != nullptr) {
    if (const Status checked = (*row)->check(service); !checked) return fail(checked.error());
  }
  if (const Status checked = CheckLifetime(service.lifetime); !checked) return fail(checked.error());
  if (const std::string unwise = UnwiseLifetime(service.lifetime, oneshot); !unwise.empty()) {
    return fail({ErrorKind::kBadParameter, unwise, {}});
  }
  return {};
}

Value ServiceValue(const ServiceConfig& service) {
  const auto row = FindServiceType(service.type);
  if (!row || !(*row)->served) return service.raw;
  Value map(Value::Map{{"type", service.type}});
  SetUnlessEmpty(map, "name", service.name);
  (*row)->write(service, map);
  WriteLifetime(service.lifetime, map);
  return map;
}

Status CheckLifetime(const CredentialLifetime& lifetime) {
  if (lifetime.empty()) return {};
  if (lifetime.ttl == Nanoseconds(0) || lifetime.renewal_interval == Nanoseconds(0)) {
    return Fail(ErrorKind::kBadParameter, "credential_ttl and renewal_interval need each other: set both or neither");
  }
  if (lifetime.ttl < Nanoseconds(0) || lifetime.renewal_interval < Nanoseconds(0)) {
    return Fail(ErrorKind::kBadParameter, "credential_ttl and renewal_interval must be positive");
  }
  return {};
}

std::string UnwiseLifetime(const CredentialLifetime& lifetime, bool oneshot) {
  if (lifetime.ttl < lifetime.renewal_interval && !oneshot) {
    return fmt::format("credential_ttl {} is shorter than renewal_interval {}: the certificates expire before renewal",
                       FormatDuration(lifetime.ttl), FormatDuration(lifetime.renewal_interval));
  }
  if (lifetime.ttl > kLongestTtl) {
    return fmt::format("credential_ttl {} is longer than {}, the longest lifetime of a bot's certificate",
                       FormatDuration(lifetime.ttl), FormatDuration(kLongestTtl));
  }
  return {};
}

void WriteLifetime(const CredentialLifetime& lifetime, Value& map) {
  if (lifetime.ttl != Nanoseconds(0)) map.Set("credential_ttl", FormatDuration(lifetime.ttl));
  if (lifetime.renewal_interval != Nanoseconds(0)) {
    map.Set("renewal_interval", FormatDuration(lifetime.renewal_interval));
  }
}

}  // namespace sallyport
