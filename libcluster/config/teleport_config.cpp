#include "libcluster/config/teleport_config.h"

#include <algorithm>
#include <array>

#include "libbase/file.h"
#include "libbase/text.h"
#include "libbase/yaml.h"
#include "libresources/metadata.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;

// Makes a setter of a key that is one text.
#define TEXT_KEY(path, member)                                                       \
  ConfigKey {                                                                        \
    path, State::kServed, [](TeleportConfig& config, const Value& value) -> Status { \
      ASSIGN_OR_RETURN(config.member, ConfigText(value));                            \
      return {};                                                                     \
    }                                                                                \
  }

Status SetSeverity(TeleportConfig& config, const Value& value) {
  constexpr std::array<std::pair<std::string_view, LogLevel>, 7> kLevels{{{"debug", LogLevel::kDebug},
                                                                          {"trace", LogLevel::kDebug},
                                                                          {"info", LogLevel::kInfo},
                                                                          {"warn", LogLevel::kWarning},
                                                                          {"warning", LogLevel::kWarning},
                                                                          {"error", LogLevel::kError},
                                                                          {"err", LogLevel::kError}}};
  ASSIGN_OR_RETURN(const std::string text, ConfigText(value));
  std::string name = text;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto found = std::ranges::find(kLevels, name, [](const auto& level) { return level.first; });
  if (found == kLevels.end()) {
    return Fail(ErrorKind::kBadParameter, "unknown severity \"{}\": use error, warn, info, debug or trace", text);
  }
  config.log.level = found->second;
  return {};
}

Status SetLogFormat(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const std::string format, ConfigText(value));
  if (format != "text" && format != "json") {
    return Fail(ErrorKind::kBadParameter, "unknown log format \"{}\": use text or json", format);
  }
  config.log.json = format == "json";
  return {};
}

Status SetKubeLabels(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(config.kubernetes.labels, ConfigLabels(value));
  return {};
}

Status CheckStorageType(TeleportConfig&, const Value& value) {
  ASSIGN_OR_RETURN(const std::string type, ConfigText(value));
  if (type == "lite" || type == "sqlite" || type == "dir") return {};
  return Fail(ErrorKind::kNotImplemented, "storage of type \"{}\" is not implemented, use lite", type);
}

std::vector<ConfigKey> CommonKeys() {
  return {
      {"version", State::kServed,
       [](TeleportConfig&, const Value& value) -> Status {
         ASSIGN_OR_RETURN(const std::string version, ConfigText(value));
         if (version == "v1" || version == "v2" || version == "v3") return {};
         return Fail(ErrorKind::kBadParameter, "unknown version \"{}\": use v3", version);
       }},
      TEXT_KEY("teleport.nodename", nodename),
      TEXT_KEY("teleport.data_dir", data_dir),
      TEXT_KEY("teleport.pid_file", pid_file),
      {"teleport.log.severity", State::kServed, SetSeverity},
      {"teleport.log.format.output", State::kServed, SetLogFormat},
      {"teleport.log.format.extra_fields", State::kAccepted},
      {"teleport.log.output", State::kServed,
       [](TeleportConfig&, const Value& value) -> Status {
         ASSIGN_OR_RETURN(const std::string output, ConfigText(value));
         if (output == "stderr" || output.empty()) return {};
         return Fail(ErrorKind::kNotImplemented, "a log to \"{}\" is not implemented, use stderr", output);
       }},
      {"teleport.storage.type", State::kServed, CheckStorageType},
      {"teleport.storage.*", State::kNotThereYet},
      {"teleport.cache.*", State::kAccepted},
      {"teleport.connection_limits.*", State::kNotThereYet},
      {"teleport.advertise_ip", State::kNotThereYet},
      {"teleport.diag_addr", State::kNotThereYet},
      {"teleport.shutdown_delay", State::kNotThereYet},
      {"teleport.ciphersuites", State::kNotThereYet},
      {"teleport.ciphers", State::kNotThereYet},
      {"teleport.kex_algos", State::kNotThereYet},
      {"teleport.mac_algos", State::kNotThereYet},
  };
}

std::vector<ConfigKey> AgentKeys() {
  std::vector<ConfigKey> keys{
      {"kubernetes_service.enabled", State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         config.kubernetes.enabled = ParseEnabled(value);
         return {};
       }},
      TEXT_KEY("kubernetes_service.listen_addr", kubernetes.listen_addr),
      TEXT_KEY("kubernetes_service.kubeconfig_file", kubernetes.kubeconfig_file),
      TEXT_KEY("kubernetes_service.kube_cluster_name", kubernetes.kube_cluster_name),
      {"kubernetes_service.labels", State::kServed, SetKubeLabels},
      {"kubernetes_service.public_addr", State::kAccepted},
      {"kubernetes_service.commands", State::kNotThereYet},
      {"kubernetes_service.resources", State::kNotThereYet},
  };
  // Services that are not there yet may be named, and must be off.
  for (const char* service :
       {"app_service", "db_service", "discovery_service", "windows_desktop_service", "metrics_service", "okta_service",
        "jamf_service", "debug_service", "tracing_service", "relay_service"}) {
    keys.push_back(
        {std::string(service) + ".enabled", State::kServed, [](TeleportConfig&, const Value& value) -> Status {
           if (!ParseEnabled(value)) return {};
           return Fail(ErrorKind::kNotImplemented, "this service is not implemented");
         }});
    keys.push_back({std::string(service) + ".*", State::kAccepted});
  }
  return keys;
}

#undef TEXT_KEY

const std::vector<ConfigKey>& AllKeys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> all;
    for (const auto& part :
         {CommonKeys(), AuthServiceKeys(), ProxyServiceKeys(), SshServiceKeys(), JoinKeys(), AgentKeys()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return keys;
}

// Whether a key of the table is this path, or lies below or above it.
bool Covers(std::string_view key, std::string_view path) {
  if (key == path) return true;
  return key.ends_with(".*") && path.starts_with(key.substr(0, key.size() - 1));
}

bool IsBranch(std::string_view path) {
  const std::string prefix = std::string(path) + ".";
  return std::ranges::any_of(AllKeys(), [&](const ConfigKey& key) { return key.path.starts_with(prefix); });
}

std::optional<std::string> Suggestion(const std::string& path) {
  std::vector<std::string> candidates;
  for (const auto& key : AllKeys()) {
    for (std::size_t end = key.path.find('.');; end = key.path.find('.', end + 1)) {
      candidates.push_back(key.path.substr(0, end));
      if (end == std::string::npos) break;
    }
  }
  return DidYouMean(path, candidates);
}

class ConfigWalk {
 public:
  ConfigWalk(TeleportConfig& config, std::string_view source) : config_(config), source_(source) {}

  Status Walk(const Value& map, const std::string& prefix) {
    for (const auto& [name, value] : map.as_map()) {
      const std::string path = prefix.empty() ? name : prefix + "." + name;
      RETURN_IF_ERROR(Visit(path, value));
    }
    return {};
  }

 private:
  Status Visit(const std::string& path, const Value& value) {
    // An exact key wins over a whole branch.
    const auto exact = std::ranges::find(AllKeys(), path, &ConfigKey::path);
    if (exact != AllKeys().end()) return Apply(*exact, path, value);
    if (IsBranch(path) && value.is_map()) return Walk(value, path);
    if (IsBranch(path) && value.is_null()) return {};
    const auto cover = std::ranges::find_if(AllKeys(), [&](const ConfigKey& key) { return Covers(key.path, path); });
    if (cover != AllKeys().end()) return Apply(*cover, path, value);
    if (IsBranch(path)) return At(value, Fail(ErrorKind::kBadParameter, "\"{}\" must be a map", path));
    auto error = FailWithHint(ErrorKind::kBadParameter, fmt::format("unknown key \"{}\"", path), "");
    if (const auto meant = Suggestion(path)) error.error().hint = fmt::format("did you mean \"{}\"?", *meant);
    return At(value, error);
  }

  Status Apply(const ConfigKey& key, const std::string& path, const Value& value) {
    if (key.state == State::kAccepted || value.is_null()) return {};
    if (key.state == State::kNotThereYet) {
      return At(value, Fail(ErrorKind::kNotImplemented, "\"{}\" is not implemented", path));
    }
    Status status = key.set(config_, value);
    if (status) return {};
    return At(value, std::unexpected(InContext(path, std::move(status).error())));
  }

  Status At(const Value& value, std::unexpected<Error> error) const {
    return std::unexpected(InContext(fmt::format("{}:{}", source_, value.place().line), std::move(error).error()));
  }

  TeleportConfig& config_;
  const std::string_view source_;
};

Status CheckAgent(const TeleportConfig& config) {
  const auto fail = [&](ErrorKind kind, std::string_view message, std::string hint) {
    return FailWithHint(kind, fmt::format("{}: {}", config.source, message), std::move(hint));
  };
  if (config.join.address.host.empty()) {
    return fail(ErrorKind::kBadParameter, "there is no cluster here, and none elsewhere is named",
                "set teleport.proxy_server, or --proxy=HOST:PORT");
  }
  if (config.ssh.enabled || config.kubernetes.enabled) return {};
  return fail(ErrorKind::kBadParameter, "no service is enabled",
              "set enabled: yes for ssh_service or kubernetes_service");
}

}  // namespace

Status CheckConfig(const TeleportConfig& config) {
  const auto& kubernetes = config.kubernetes;
  const auto fail = [&](std::string message, std::string hint) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: {}", config.source, message), std::move(hint));
  };
  if (config.auth.enabled != config.proxy.enabled) {
    return FailWithHint(ErrorKind::kNotImplemented,
                        fmt::format("{}: auth and proxy in processes of their own are not implemented", config.source),
                        "enable auth_service and proxy_service together, or neither");
  }
  if (config.IsAgent()) {
    RETURN_IF_ERROR(CheckAgent(config));
  } else if (!config.join.address.host.empty()) {
    return FailWithHint(
        ErrorKind::kNotImplemented,
        fmt::format("{}: a proxy that belongs to a cluster elsewhere is not implemented", config.source),
        "leave out the address of the cluster, or set auth_service and proxy_service enabled: no");
  }
  if (!kubernetes.enabled) return {};
  if (!kubernetes.kubeconfig_file.empty() && !kubernetes.kube_cluster_name.empty()) {
    return fail("kubernetes_service has both kubeconfig_file and kube_cluster_name",
                "kubeconfig_file names its clusters itself; kube_cluster_name is for use in a pod");
  }
  if (kubernetes.kubeconfig_file.empty() && kubernetes.kube_cluster_name.empty()) {
    return fail("kubernetes_service has no clusters", "set kubeconfig_file, or in a pod kube_cluster_name");
  }
  return {};
}

bool ParseEnabled(const Value& value) {
  if (value.is_bool()) return value.as_bool();
  std::string text = value.source_text().empty() ? value.as_string() : value.source_text();
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 6> kTrue{"yes", "yeah", "y", "true", "1", "on"};
  return std::ranges::find(kTrue, text) != kTrue.end();
}

Result<std::string> ConfigText(const Value& value) {
  if (value.is_string()) return value.as_string();
  if (!value.source_text().empty()) return value.source_text();
  return Fail(ErrorKind::kBadParameter, "a text is expected, this is {}", TypeName(value));
}

Result<std::vector<std::string>> ConfigTexts(const Value& value) {
  std::vector<std::string> texts;
  if (!value.is_list()) {
    ASSIGN_OR_RETURN(texts.emplace_back(), ConfigText(value));
    return texts;
  }
  for (const auto& item : value.as_list()) {
    ASSIGN_OR_RETURN(texts.emplace_back(), ConfigText(item));
  }
  return texts;
}

Result<Labels> ConfigLabels(const Value& value) {
  if (!value.is_map()) return Fail(ErrorKind::kBadParameter, "a map of labels is expected");
  Labels labels;
  for (const auto& [key, label] : value.as_map()) {
    if (!IsLabelKey(key)) return Fail(ErrorKind::kBadParameter, "\"{}\" is not a label key", key);
    ASSIGN_OR_RETURN(labels[key], ConfigText(label));
  }
  return labels;
}

Result<Nanoseconds> ConfigDuration(const Value& value) {
  ASSIGN_OR_RETURN(const std::string text, ConfigText(value));
  return ParseDuration(text);
}

Result<TeleportConfig> ParseTeleportConfig(std::string_view text, std::string_view source) {
  ASSIGN_OR_RETURN(const auto documents, ParseYaml(text, source));
  TeleportConfig config;
  config.source = source;
  if (documents.size() > 1) return Fail(ErrorKind::kBadParameter, "{}: one YAML document is expected", source);
  if (!documents.empty()) {
    if (!documents[0].is_map()) return Fail(ErrorKind::kBadParameter, "{}: a YAML map is expected", source);
    RETURN_IF_ERROR(ConfigWalk(config, source).Walk(documents[0], ""));
  }
  return config;
}

Result<TeleportConfig> LoadTeleportConfig(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseTeleportConfig(text, path);
}

std::string SampleConfig(const SampleOptions& options) {
  std::string text = fmt::format(
      "version: v3\n"
      "teleport:\n"
      "  data_dir: {}\n"
      "  log: {{severity: info}}\n"
      "auth_service:\n"
      "  enabled: \"yes\"\n"
      "  listen_addr: 0.0.0.0:3025\n",
      options.data_dir);
  if (!options.cluster_name.empty()) text += fmt::format("  cluster_name: \"{}\"\n", options.cluster_name);
  text += "  proxy_listener_mode: multiplex\nproxy_service:\n  enabled: \"yes\"\n  web_listen_addr: 0.0.0.0:3080\n";
  if (!options.public_addr.empty()) text += fmt::format("  public_addr: \"{}\"\n", options.public_addr);
  return text + "ssh_service:\n  enabled: \"no\"\n";
}

}  // namespace sallyport
