// Writes tbot.yaml, for `tbot configure` and `tbot migrate`.
#include "libbase/yaml.h"
#include "libmachine/bot/config/bot_config.h"

namespace sallyport {
namespace {

// A key, and the text that it has when it is set.
struct TextKey {
  std::string_view name;
  const std::string& text;
};

void SetGiven(Value& map, std::initializer_list<TextKey> keys) {
  for (const auto& [name, text] : keys) {
    if (!text.empty()) map.Set(name, text);
  }
}

// Sets a map only when it has a key.
void SetMethod(Value& map, std::string_view name, std::initializer_list<TextKey> keys) {
  Value method = Value::EmptyMap();
  SetGiven(method, keys);
  if (!method.as_map().empty()) map.Set(name, std::move(method));
}

Value OnboardingValue(const OnboardingConfig& onboarding) {
  Value map = Value::EmptyMap();
  SetGiven(map, {{"token", onboarding.token}, {"ca_path", onboarding.ca_path}});
  if (!onboarding.ca_pins.empty()) map.Set("ca_pins", Value::Strings(onboarding.ca_pins));
  map.Set("join_method", onboarding.join_method);
  SetMethod(map, "azure", {{"client_id", onboarding.azure_client_id}});
  SetMethod(map, "terraform", {{"audience_tag", onboarding.terraform_audience_tag}});
  SetMethod(map, "gitlab", {{"token_env_var_name", onboarding.gitlab_token_variable}});
  SetMethod(map, "bound_keypair",
            {{"registration_secret", onboarding.registration_secret},
             {"registration_secret_path", onboarding.registration_secret_path},
             {"static_private_key_path", onboarding.static_private_key_path}});
  return map;
}

}  // namespace

std::string FormatBotConfig(const BotConfig& config) {
  Value map(Value::Map{{"version", "v2"}, {"onboarding", OnboardingValue(config.onboarding)}});
  if (config.storage.type != DestinationType::kNone) map.Set("storage", DestinationValue(config.storage));
  Value services = Value::EmptyList();
  for (const auto& service : config.services) services.Append(ServiceValue(service));
  if (!config.services.empty()) map.Set("services", std::move(services));

  map.Set("debug", config.debug);
  SetGiven(map,
           {{"auth_server", config.auth_server}, {"proxy_server", config.proxy_server}, {"join_uri", config.join_uri}});
  WriteLifetime(config.lifetime, map);
  map.Set("oneshot", config.oneshot);
  map.Set("fips", config.fips);
  SetGiven(map, {{"diag_addr", config.diag_addr}});
  if (config.insecure) map.Set("insecure", true);
  return ToYaml(map);
}

}  // namespace sallyport
