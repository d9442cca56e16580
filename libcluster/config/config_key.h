// The keys of teleport.yaml as rows of one table: every key of Teleport 18, with its type, and what becomes of it here.
// A key is served; or it has nothing to govern here and is accepted; or it is refused unless its value is off or the
// default. No key is ignored that would change something.
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
  kAny,       // checked by whom it is for
};

struct ConfigKey {
  enum class State {
    kServed,
    kNoEffect,  // accepted with any value of its type
    kRefused,   // accepted when it is off: empty, no, zero
  };
  using Setter = Status (*)(TeleportConfig& config, const Value& value);

  // "auth_service.tokens". In a list of maps each item is "[]"; "*" stands for any name.
  std::string path;
  ConfigType type = ConfigType::kText;
  State state = State::kServed;
  Setter set = nullptr;            // of kServed
  std::string_view accepted = {};  // of kRefused: other values that are off or the default, with spaces between
  std::string_view advice = {};    // of kRefused: what to do; of kNoEffect: why, which is noted when the key is set
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
std::vector<ConfigKey> OtherServiceKeys();  // of services that are not implemented: they may be there, and off
std::vector<ConfigKey> ApplicationKeys();
std::vector<ConfigKey> DatabaseKeys();
std::vector<ConfigKey> DiscoveryKeys();

// A key of a service that is off, or of a list's items: its name and type are known.
struct KeyFact {
  std::string_view path;
  ConfigType type = ConfigType::kText;
};
// Adds rows below a prefix ("app_service.") that have no effect.
void AddFacts(std::vector<ConfigKey>& keys, std::string_view prefix, std::span<const KeyFact> facts);
// Adds those of a list of command labels, below the list's path.
void AddCommandLabelFacts(std::vector<ConfigKey>& keys, const std::string& list);
// Adds those of a list of resource matchers.
void AddResourceMatcherFacts(std::vector<ConfigKey>& keys, const std::string& list);

// Walks a file's map and applies its rows to the configuration. `source` names the file. Fails with kBadParameter (an
// unknown key, with the one that was probably meant; a wrong type; what a setter refuses) or kNotImplemented. What
// auth_service, proxy_service, ssh_service or kubernetes_service asks for and is not implemented is put into
// config.not_served: it matters only when that service is on.
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
// Whether a value, which is of its type, says nothing: null, empty, zero, no.
bool IsOff(ConfigType type, const Value& value);

}  // namespace sallyport
