#include "libcluster/config/teleport_config.h"

#include <algorithm>
#include <array>

#include "libbase/file.h"
#include "libbase/path_part.h"
#include "libbase/text.h"
#include "libbase/yaml.h"
#include "libcluster/config/config_key.h"

namespace sallyport {
namespace {

Status CheckAgent(const TeleportConfig& config) {
  const auto fail = [&](ErrorKind kind, std::string_view message, std::string hint) {
    return FailWithHint(kind, fmt::format("{}: {}", config.source, message), std::move(hint));
  };
  if (config.join.address.host.empty()) {
    return fail(ErrorKind::kBadParameter, "the file enables no cluster and names no cluster to join",
                "set teleport.proxy_server, or --proxy=HOST:PORT");
  }
  if (config.ssh.enabled || config.kubernetes.enabled || config.discovery.enabled) return {};
  return fail(ErrorKind::kBadParameter, "no service is enabled",
              "set enabled: yes for ssh_service, kubernetes_service or discovery_service");
}

// Returns whether the address is this process's own auth service, which files of clusters may name too.
bool IsOwnAuth(const TeleportConfig& config) {
  const std::string& host = config.join.address.host;
  constexpr std::array<std::string_view, 6> kHere{"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", ""};
  if (config.join.through_proxy || !config.auth.enabled) return false;
  const auto listens = ParseHostPort(config.auth.listen_addr, 0);
  return std::ranges::find(kHere, host) != kHere.end() || host == config.nodename || (listens && listens->host == host);
}

// The state's path is fixed; the file may only repeat it.
Status CheckStoragePath(const TeleportConfig& config) {
  std::string path = config.storage_path;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path.empty() || path == config.data_dir + "/backend") return {};
  return FailWithHint(ErrorKind::kNotImplemented,
                      fmt::format("{}:{}: \"teleport.storage.path\" other than {}/backend is not implemented",
                                  config.source, config.storage_path_line, config.data_dir),
                      "set data_dir, or leave the key out");
}

// Fails with the first refusal within a service that is on.
Status CheckServed(const TeleportConfig& config) {
  const auto is_on = [&](std::string_view service) {
    if (service == "auth_service") return config.auth.enabled;
    if (service == "proxy_service") return config.proxy.enabled;
    if (service == "ssh_service") return config.ssh.enabled;
    if (service == "discovery_service") return config.discovery.enabled;
    return config.kubernetes.enabled;
  };
  for (const auto& [service, error] : config.not_served) {
    if (is_on(service)) return std::unexpected(error);
  }
  return CheckStoragePath(config);
}

Status CheckKubernetes(const TeleportConfig& config) {
  const auto& kubernetes = config.kubernetes;
  const auto fail = [&](std::string_view message, std::string hint) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: {}", config.source, message), std::move(hint));
  };
  if (!kubernetes.enabled) return {};
  if (!kubernetes.kubeconfig_file.empty() && !kubernetes.kube_cluster_name.empty()) {
    return fail("kubernetes_service has both kubeconfig_file and kube_cluster_name",
                "keep kubeconfig_file, or keep kube_cluster_name in a pod");
  }
  if (kubernetes.kubeconfig_file.empty() && kubernetes.kube_cluster_name.empty() && kubernetes.resources.empty()) {
    return fail(
        "kubernetes_service has no clusters",
        "set kubeconfig_file, in a pod kube_cluster_name, or resources with the labels of kube_cluster resources");
  }
  return {};
}

Status CheckDiscoveryMatcher(const TeleportConfig::DiscoveryMatcher& matcher, std::string_view source) {
  constexpr std::array<std::string_view, 5> kOtherTypes{"vm", "mysql", "postgres", "redis", "sqlserver"};
  const auto place = fmt::format("{}:{}: discovery_service.{}", source, matcher.line, matcher.cloud);
  if (matcher.types.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: types is missing", place), "write types: [aks]");
  }
  for (const std::string& type : matcher.types) {
    if (type == "aks") continue;
    if (IsOneOf(kOtherTypes, type)) {
      return Fail(ErrorKind::kNotImplemented, "{}: the type {} is not implemented", place, type);
    }
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: unknown type \"{}\"", place, StripControl(type)),
                        "write types: [aks]");
  }

  for (const auto& [key, values] : matcher.tags) {
    const bool all = std::ranges::find(values, "*") != values.end();
    if (values.empty())
      return Fail(ErrorKind::kBadParameter, "{}: tags: \"{}\" has no value", place, StripControl(key));
    if (key == "*" && !all) return Fail(ErrorKind::kBadParameter, "{}: tags: the key * has the value * only", place);
  }
  return {};
}

Status CheckDiscovery(const TeleportConfig& config) {
  const auto& discovery = config.discovery;
  if (!discovery.enabled) return {};
  if (discovery.matchers.empty() && discovery.group.empty()) {
    return FailWithHint(
        ErrorKind::kBadParameter,
        fmt::format("{}: discovery_service has neither matchers nor a discovery_group", config.source),
        "set azure with types: [aks], or discovery_group for the matchers of discovery_config resources");
  }
  if (discovery.poll_interval < std::chrono::seconds(1)) {
    return Fail(ErrorKind::kBadParameter, "{}: discovery_service.poll_interval must be at least 1s", config.source);
  }
  for (const auto& matcher : discovery.matchers) RETURN_IF_ERROR(CheckDiscoveryMatcher(matcher, config.source));
  return {};
}

// The pair of the old keys comes first.
Status AddLegacyKeyPair(TeleportConfig& config) {
  auto& proxy = config.proxy;
  const KeyPairPaths& pair = proxy.https_keypair;
  if (pair.key_file.empty() && pair.cert_file.empty()) return {};
  if (pair.key_file.empty() || pair.cert_file.empty()) {
    return Fail(ErrorKind::kBadParameter, "{}: proxy_service needs both https_key_file and https_cert_file",
                config.source);
  }
  proxy.https_keypairs.insert(proxy.https_keypairs.begin(), pair);
  return {};
}

}  // namespace

void TeleportConfig::DiscoveryMatcher::Complete() {
  for (auto* const texts : {&subscriptions, &resource_groups, &regions}) {
    if (texts->empty() || std::ranges::find(*texts, "*") != texts->end()) *texts = {"*"};
  }
  if (tags.empty()) tags = {{"*", {"*"}}};
}

Status CheckName(const std::string& name) {
  if (name.empty() || IsSafeName(name)) return {};
  return Fail(ErrorKind::kBadParameter,
              "\"{}\" is not a name: a name cannot be \".\" or \"..\", and cannot have a slash or control characters",
              StripControl(name));
}

Status CheckConfig(const TeleportConfig& config) {
  if (config.auth.enabled != config.proxy.enabled) {
    return FailWithHint(
        ErrorKind::kNotImplemented,
        fmt::format("{}: auth_service and proxy_service in separate processes are not implemented", config.source),
        "enable both auth_service and proxy_service, or neither");
  }
  RETURN_IF_ERROR(CheckServed(config));
  if (config.IsAgent()) {
    RETURN_IF_ERROR(CheckAgent(config));
  } else if (!config.join.address.host.empty() && !IsOwnAuth(config)) {
    return FailWithHint(ErrorKind::kNotImplemented,
                        fmt::format("{}: a proxy for a cluster on another host is not implemented", config.source),
                        "leave out the address of the cluster, or set auth_service and proxy_service enabled: no");
  }
  RETURN_IF_ERROR(CheckDiscovery(config));
  return CheckKubernetes(config);
}

Result<TeleportConfig> ParseTeleportConfig(std::string_view text, std::string_view source) {
  ASSIGN_OR_RETURN(const auto documents, ParseYaml(text, source));
  TeleportConfig config;
  config.source = source;
  if (documents.size() > 1) return Fail(ErrorKind::kBadParameter, "{}: expected one YAML document", source);
  if (!documents.empty()) {
    if (!documents[0].is_map()) return Fail(ErrorKind::kBadParameter, "{}: expected a YAML map", source);
    RETURN_IF_ERROR(ApplyConfig(config, documents[0], source));
    RETURN_IF_ERROR(AddLegacyKeyPair(config));
  }
  return config;
}

Result<TeleportConfig> LoadTeleportConfig(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseTeleportConfig(text, path);
}

}  // namespace sallyport
