// The keys of the section teleport (docs/protocol/services.md#teleport), but for those of joining.
#include <algorithm>
#include <array>

#include "libbase/text.h"
#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {
namespace {

constexpr std::chrono::hours kShortestAuditRetention{24};

using State = ConfigKey::State;
using Type = ConfigType;

// Makes a setter of a key that is one text.
#define TEXT_KEY(path, member)                                                                    \
  ConfigKey {                                                                                     \
    path, Type::kText, State::kServed, [](TeleportConfig& config, const Value& value) -> Status { \
      ASSIGN_OR_RETURN(config.member, ConfigText(value));                                         \
      return {};                                                                                  \
    }                                                                                             \
  }

Status CheckVersion(TeleportConfig&, const Value& value) {
  ASSIGN_OR_RETURN(const std::string version, ConfigText(value));
  if (version == "v1" || version == "v2" || version == "v3") return {};
  return Fail(ErrorKind::kBadParameter, "unknown version \"{}\": use v3", version);
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
  const auto found = std::ranges::find(kLevels, LowerCase(text), [](const auto& level) { return level.first; });
  if (found == kLevels.end()) {
    return Fail(ErrorKind::kBadParameter, "unknown severity \"{}\": use error, warn, info, debug or trace", text);
  }
  config.log.level = found->second;
  return {};
}

Status SetLogFormat(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const std::string format, ConfigText(value));
  const std::string name = LowerCase(format);
  if (name != "text" && name != "json") {
    return Fail(ErrorKind::kBadParameter, "unknown log format \"{}\": use text or json", format);
  }
  config.log.json = name == "json";
  return {};
}

Status SetLogFields(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const auto fields, ConfigTexts(value));
  constexpr std::array<std::string_view, 4> kKnown{"timestamp", "level", "component", "caller"};
  const auto has = [&](std::string_view name) { return std::ranges::find(fields, name) != fields.end(); };
  for (const auto& field : fields) {
    if (std::ranges::find(kKnown, field) != kKnown.end()) continue;
    return Fail(ErrorKind::kBadParameter, "unknown log field \"{}\": use timestamp, level, component and caller",
                field);
  }

  if (fields.empty()) return {};
  config.log_output.time = has("timestamp");
  config.log_output.level = has("level");
  return {};
}

// The form of old files, where the format is a list of fields.
Status SetLegacyLogFields(TeleportConfig& config, const Value& value) {
  if (!value.is_list()) return Fail(ErrorKind::kBadParameter, "expected a map of output and extra_fields");
  return SetLogFields(config, value);
}

Status SetLogOutput(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const std::string output, ConfigText(value));
  using Target = LogOutput::Target;
  constexpr std::array<std::pair<std::string_view, Target>, 6> kStreams{{{"stderr", Target::kStderr},
                                                                         {"error", Target::kStderr},
                                                                         {"2", Target::kStderr},
                                                                         {"stdout", Target::kStdout},
                                                                         {"out", Target::kStdout},
                                                                         {"1", Target::kStdout}}};

  const auto found = std::ranges::find(kStreams, output, [](const auto& stream) { return stream.first; });
  if (found != kStreams.end()) {
    config.log_output.target = found->second;
    return {};
  }

  if (output == "syslog" || output == "os_log") {
    return FailWithHint(ErrorKind::kNotImplemented, fmt::format("a log to {} is not implemented", output),
                        "use stderr (which systemd forwards), stdout or the path of a file");
  }

  config.log_output.target = Target::kFile;
  config.log_output.path = output;
  return {};
}

Status SetStorageType(TeleportConfig&, const Value& value) {
  ASSIGN_OR_RETURN(const std::string type, ConfigText(value));
  if (type == "lite" || type == "sqlite" || type == "dir") return {};
  return Fail(ErrorKind::kNotImplemented, "storage of type \"{}\" is not implemented, use lite", type);
}

// The path must be in the data directory, which may come later in the file: CheckConfig compares.
Status SetStoragePath(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(config.storage_path, ConfigText(value));
  config.storage_path_line = value.place().line;
  return {};
}

Status SetAuditRetention(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const Nanoseconds kept, ConfigDuration(value));
  if (kept == Nanoseconds(0)) return {};  // keeps everything
  if (kept < kShortestAuditRetention) {
    return FailWithHint(ErrorKind::kBadParameter, "the retention of the audit log must be at least 24h",
                        "write it as 365d, or leave the key out to keep all events");
  }
  config.auth.audit_retention = kept;
  return {};
}

std::vector<ConfigKey> ServedKeys() {
  return {
      {"version", Type::kText, State::kServed, CheckVersion},
      {"teleport.nodename", Type::kText, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.nodename, ConfigName(value));
         return {};
       }},
      TEXT_KEY("teleport.data_dir", data_dir),
      TEXT_KEY("teleport.pid_file", pid_file),

      {"teleport.log.severity", Type::kText, State::kServed, SetSeverity},
      {"teleport.log.format", Type::kAny, State::kServed, SetLegacyLogFields},
      {"teleport.log.format.output", Type::kText, State::kServed, SetLogFormat},
      {"teleport.log.format.extra_fields", Type::kTexts, State::kServed, SetLogFields},
      {"teleport.log.output", Type::kText, State::kServed, SetLogOutput},

      {"teleport.storage.type", Type::kText, State::kServed, SetStorageType},
      {"teleport.storage.path", Type::kText, State::kServed, SetStoragePath},
      {"teleport.storage.audit_retention_period", Type::kDuration, State::kServed, SetAuditRetention},
  };
}

#undef TEXT_KEY

}  // namespace

std::vector<ConfigKey> GlobalKeys() {
  constexpr std::string_view kNoLimits = "the limits of the cluster are fixed; leave the key out";
  constexpr std::string_view kAlgorithms = "the algorithms of TLS 1.2, TLS 1.3 and OpenSSH are used; leave the key out";

  auto keys = ServedKeys();
  const auto without_effect = [&](std::string path, Type type, std::string_view why) {
    keys.push_back({std::move(path), type, State::kNoEffect, nullptr, "", why});
  };
  const auto refused = [&](std::string path, Type type, std::string_view accepted, std::string_view advice) {
    keys.push_back({std::move(path), type, State::kRefused, nullptr, accepted, advice});
  };

  refused("teleport.storage.*", Type::kAny, "", "the cluster keeps its state in the data directory; leave the key out");
  without_effect("teleport.cache.type", Type::kText, "");
  without_effect("teleport.cache.enabled", Type::kSwitch, "");
  without_effect("teleport.cache.ttl", Type::kText, "");
  without_effect("teleport.cache.max_backoff", Type::kDuration, "");
  without_effect("teleport.advertise_ip", Type::kText,
                 "clients reach hosts through the proxy, so the address is not used");
  without_effect("teleport.ca_signature_algo", Type::kText, "");

  refused("teleport.connection_limits.max_connections", Type::kNumber, "15000", kNoLimits);
  without_effect("teleport.connection_limits.max_users", Type::kNumber, "");
  refused("teleport.connection_limits.rates[].period", Type::kDuration, "", kNoLimits);
  refused("teleport.connection_limits.rates[].average", Type::kNumber, "", kNoLimits);
  refused("teleport.connection_limits.rates[].burst", Type::kNumber, "", kNoLimits);

  refused("teleport.diag_addr", Type::kText, "", "leave the key out");
  refused("teleport.shutdown_delay", Type::kDuration, "", "leave the key out");
  refused("teleport.ciphersuites", Type::kTexts, "", kAlgorithms);
  refused("teleport.ciphers", Type::kTexts, "", kAlgorithms);
  refused("teleport.kex_algos", Type::kTexts, "", kAlgorithms);
  refused("teleport.mac_algos", Type::kTexts, "", kAlgorithms);
  return keys;
}

}  // namespace sallyport
