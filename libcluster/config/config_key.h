// The keys of teleport.yaml as rows of one table: every key of Teleport 18, with its type and its handling. A key is
// served; or accepted because it has no effect here; or refused unless its value is off or the default. No key with an
// effect in Teleport is ignored.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"
#include "libresources/matching/labels.h"

namespace sallyport {

struct TeleportConfig;

enum class ConfigType {
  kText,
  kTexts,     // one text or a list
  kSwitch,    // "yes", "on", true, ... or their opposites
  kNumber,    // an integer
  kDuration,  // "1h30m"
  kMap,       // a map of texts, or of lists of texts
  kAny,       // checked by the key's own reader
};

struct ConfigKey {
  enum class State {
    kServed,
    kNoEffect,  // accepted with any value of its type
    kRefused,   // accepted only when off: empty, no, zero
  };
  using Setter = Status (*)(TeleportConfig& config, const Value& value);

  // "auth_service.tokens". In a list of maps each item is "[]"; "*" stands for any name.
  std::string path;
  ConfigType type = ConfigType::kText;
  State state = State::kServed;
  Setter set = nullptr;            // of kServed
  std::string_view accepted = {};  // of kRefused: other values that are off or the default, with spaces between
  std::string_view advice = {};    // of kRefused: what to do; of kNoEffect: the reason, noted when the key is set
  bool is_noted = false;           // of kRefused: the advice is noted when the value is an accepted one
};

// Rows of the parts of the file.
std::vector<ConfigKey> GlobalKeys();
std::vector<ConfigKey> JoinKeys();
std::vector<ConfigKey> AuthServiceKeys();
std::vector<ConfigKey> AuthenticationKeys();
std::vector<ConfigKey> ProxyServiceKeys();
std::vector<ConfigKey> SshServiceKeys();
std::vector<ConfigKey> KubernetesServiceKeys();
std::vector<ConfigKey> OtherServiceKeys();  // of services that are not implemented: allowed when the service is off
std::vector<ConfigKey> ApplicationKeys();
std::vector<ConfigKey> DatabaseKeys();
std::vector<ConfigKey> DiscoveryKeys();

// A key without a row of its own, of a disabled service or of a list's items: name and type.
struct KeyFact {
  std::string_view path;
  ConfigType type = ConfigType::kText;
};
// Adds rows below a prefix ("app_service.") that have no effect.
void AddFacts(std::vector<ConfigKey>& keys, std::string_view prefix, std::span<const KeyFact> facts);
// Adds the rows of a list of command labels, below the list's path.
void AddCommandLabelFacts(std::vector<ConfigKey>& keys, const std::string& list);
// Adds the rows of a list of resource matchers.
void AddResourceMatcherFacts(std::vector<ConfigKey>& keys, const std::string& list);

// Walks a file's map and applies its rows to the configuration. `source` names the file. Fails with kBadParameter (an
// unknown key, with the probable intended key; a wrong type; a setter's refusal) or kNotImplemented. Adds unimplemented
// settings of auth_service, proxy_service, ssh_service, kubernetes_service and discovery_service to config.not_served:
// they are errors only when that service is on.
Status ApplyConfig(TeleportConfig& config, const Value& file, std::string_view source);

// Typed readers for setters. Each fails with kBadParameter; the caller adds file, line and key.
Result<std::string> ConfigText(const Value& value);
Result<std::string> ConfigName(const Value& value);                // of a cluster or a host: see CheckName
Result<std::vector<std::string>> ConfigTexts(const Value& value);  // one text or a list
Result<Nanoseconds> ConfigDuration(const Value& value);
Result<Labels> ConfigLabels(const Value& value);  // a map of texts
Result<bool> ConfigSwitch(const Value& value);
// Checks that a value is of a type.
Status CheckConfigType(ConfigType type, const Value& value);
// Returns whether a value of the right type is off: null, empty, zero, no.
bool IsOff(ConfigType type, const Value& value);

}  // namespace sallyport
