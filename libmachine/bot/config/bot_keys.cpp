#include "libmachine/bot/config/bot_keys.h"

#include <array>

#include "libmachine/bot/config/bot_config.h"
#include "libmachine/bot/config/config_node.h"

namespace sallyport {
namespace {

using OnboardingKey = BotKey<OnboardingConfig>;

constexpr std::array<OnboardingKey, 1> kAzureKeys{{{"client_id", ReadField<&OnboardingConfig::azure_client_id>}}};
constexpr std::array<OnboardingKey, 1> kTerraformKeys{
    {{"audience_tag", ReadField<&OnboardingConfig::terraform_audience_tag>}}};
constexpr std::array<OnboardingKey, 1> kGitlabKeys{
    {{"token_env_var_name", ReadField<&OnboardingConfig::gitlab_token_variable>}}};
constexpr std::array<OnboardingKey, 3> kBoundKeypairKeys{
    {{"registration_secret", ReadField<&OnboardingConfig::registration_secret>},
     {"registration_secret_path", ReadField<&OnboardingConfig::registration_secret_path>},
     {"static_private_key_path", ReadField<&OnboardingConfig::static_private_key_path>}}};

// Reads the map of a join method.
template <const auto& Keys>
Status ReadMethod(OnboardingConfig& to, const ConfigNode& node) {
  return ReadKeys<OnboardingConfig>(to, node, Keys);
}

constexpr std::array<OnboardingKey, 8> kOnboardingKeys{{{"token", ReadField<&OnboardingConfig::token>},
                                                        {"ca_path", ReadField<&OnboardingConfig::ca_path>},
                                                        {"ca_pins", ReadField<&OnboardingConfig::ca_pins>},
                                                        {"join_method", ReadField<&OnboardingConfig::join_method>},
                                                        {"azure", ReadMethod<kAzureKeys>},
                                                        {"terraform", ReadMethod<kTerraformKeys>},
                                                        {"gitlab", ReadMethod<kGitlabKeys>},
                                                        {"bound_keypair", ReadMethod<kBoundKeypairKeys>}}};

}  // namespace

Status ReadOnboarding(BotConfig& to, const ConfigNode& node) {
  return ReadKeys<OnboardingConfig>(to.onboarding, node, kOnboardingKeys);
}

}  // namespace sallyport
