// The keys that say which cluster a process joins, and how (docs/protocol/services.md#joining-keys).
#include "libbase/config_secret.h"
#include "libbase/text.h"
#include "libbase/trim.h"
#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"
#include "libmachine/join_methods.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;
using Type = ConfigType;

constexpr int kAuthPort = 3025;
constexpr int kProxyPort = 3080;

Status SetAddress(TeleportConfig& config, const Value& value, bool through_proxy) {
  ASSIGN_OR_RETURN(auto texts, ConfigTexts(value));
  std::erase(texts, "");
  if (texts.empty()) return {};
  if (!config.join.address.host.empty()) {
    return Fail(ErrorKind::kBadParameter, "another key already sets the address of the cluster");
  }
  ASSIGN_OR_RETURN(config.join.address, ParseHostPort(texts.front(), through_proxy ? kProxyPort : kAuthPort));
  config.join.through_proxy = through_proxy;
  return {};
}

Status SetProxy(TeleportConfig& config, const Value& value) { return SetAddress(config, value, true); }
Status SetAuth(TeleportConfig& config, const Value& value) { return SetAddress(config, value, false); }

Status SetToken(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(config.join.token, ConfigText(value));
  return {};
}

Status SetMethod(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const std::string name, ConfigText(value));
  ASSIGN_OR_RETURN(const JoinMethod* const method, FindJoinMethod(name));
  config.join.method = method->name;
  return {};
}

Status SetPins(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const auto texts, ConfigTexts(value));
  for (const auto& text : texts) {
    ASSIGN_OR_RETURN(const std::string pins, ConfigSecret(text));
    for (const auto& line : SplitNonEmpty(pins, '\n')) {
      if (const auto pin = Trimmed(line); !pin.empty()) config.join.ca_pins.emplace_back(pin);
    }
  }
  return {};
}

}  // namespace

std::vector<ConfigKey> JoinKeys() {
  return {
      {"teleport.proxy_server", Type::kText, State::kServed, SetProxy},
      {"teleport.auth_server", Type::kText, State::kServed, SetAuth},
      {"teleport.auth_servers", Type::kTexts, State::kServed, SetAuth},
      {"teleport.auth_token", Type::kText, State::kServed, SetToken},
      {"teleport.join_params.token_name", Type::kText, State::kServed, SetToken},
      {"teleport.join_params.method", Type::kText, State::kServed, SetMethod},
      {"teleport.join_params.azure.client_id", Type::kText, State::kRefused, nullptr, "", "use a join token"},
      {"teleport.ca_pin", Type::kTexts, State::kServed, SetPins},
      {"teleport.relay_server", Type::kText, State::kRefused, nullptr, "",
       "set teleport.proxy_server; leave the key out"},
  };
}

}  // namespace sallyport
