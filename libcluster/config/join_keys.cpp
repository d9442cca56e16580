// The keys that say which cluster a process joins, and how (services section 4.2).
#include "libbase/file.h"
#include "libbase/text.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;

constexpr int kAuthPort = 3025;
constexpr int kProxyPort = 3080;
constexpr std::size_t kMaxSecretBytes = 64 << 10;

Status SetAddress(TeleportConfig& config, const Value& value, bool through_proxy) {
  ASSIGN_OR_RETURN(const auto texts, ConfigTexts(value));
  if (texts.empty()) return {};
  if (!config.join.address.host.empty()) {
    return Fail(ErrorKind::kBadParameter, "another key has the cluster's address already");
  }
  ASSIGN_OR_RETURN(config.join.address, ParseHostPort(texts.front(), through_proxy ? kProxyPort : kAuthPort));
  config.join.through_proxy = through_proxy;
  return {};
}

Status SetProxy(TeleportConfig& config, const Value& value) { return SetAddress(config, value, true); }
Status SetAuth(TeleportConfig& config, const Value& value) { return SetAddress(config, value, false); }

Status SetToken(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const std::string text, ConfigText(value));
  ASSIGN_OR_RETURN(config.join.token, ConfigSecret(text));
  return {};
}

Status SetMethod(TeleportConfig&, const Value& value) {
  ASSIGN_OR_RETURN(const std::string method, ConfigText(value));
  if (method == "token") return {};
  return Fail(ErrorKind::kNotImplemented, "joining by \"{}\" is not implemented, use token", method);
}

Status SetPins(TeleportConfig& config, const Value& value) {
  ASSIGN_OR_RETURN(const auto texts, ConfigTexts(value));
  for (const auto& text : texts) {
    ASSIGN_OR_RETURN(const std::string pins, ConfigSecret(text));
    for (auto& pin : SplitNonEmpty(pins, '\n')) config.join.ca_pins.push_back(std::move(pin));
  }
  return {};
}

}  // namespace

Result<std::string> ConfigSecret(const std::string& text) {
  if (!text.starts_with('/')) return text;
  ASSIGN_OR_RETURN(std::string secret, ReadFile(text, kMaxSecretBytes));
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  return secret;
}

std::vector<ConfigKey> JoinKeys() {
  return {
      {"teleport.proxy_server", State::kServed, SetProxy},
      {"teleport.auth_server", State::kServed, SetAuth},
      {"teleport.auth_servers", State::kServed, SetAuth},
      {"teleport.auth_token", State::kServed, SetToken},
      {"teleport.join_params.token_name", State::kServed, SetToken},
      {"teleport.join_params.method", State::kServed, SetMethod},
      {"teleport.join_params.*", State::kNotThereYet},
      {"teleport.ca_pin", State::kServed, SetPins},
  };
}

}  // namespace sallyport
