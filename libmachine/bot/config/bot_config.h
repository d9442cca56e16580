// The configuration of tbot, tbot.yaml, version v2; version v1 is migrated in memory (docs/protocol/tbot.md). Errors
// are "FILE:LINE: KEY: reason". A key that no version knows is a warning, which the program may turn into an error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"
#include "libmachine/bot/config/destination_config.h"
#include "libmachine/bot/config/service_config.h"

namespace sallyport {

inline constexpr Nanoseconds kBotCredentialTtl = std::chrono::minutes(60);
inline constexpr Nanoseconds kBotRenewalInterval = std::chrono::minutes(20);
inline constexpr std::string_view kBotStoragePath = "/var/lib/teleport/bot";

// How the bot joins its cluster.
struct OnboardingConfig {
  std::string token;  // the token, or the absolute path of its file: ConfigSecret
  std::string ca_path;
  std::vector<std::string> ca_pins;
  std::string join_method;  // a name of libresources/kinds/join_method.h; empty: not set
  // Settings of join methods.
  std::string azure_client_id;
  std::string terraform_audience_tag;
  std::string gitlab_token_variable;
  std::string registration_secret;
  std::string registration_secret_path;
  std::string static_private_key_path;

  bool operator==(const OnboardingConfig&) const = default;
};

struct BotConfig {
  std::string source = "the command line";  // the file's path, for errors
  OnboardingConfig onboarding;
  DestinationConfig storage;  // of the bot's own identity; no type: the directory kBotStoragePath
  std::vector<ServiceConfig> services;
  std::string auth_server;  // HOST:PORT
  std::string proxy_server;
  std::string join_uri;
  CredentialLifetime lifetime;  // zero: the defaults
  bool oneshot = false;
  bool debug = false;
  bool fips = false;
  bool insecure = false;
  std::string diag_addr;

  int version = 2;                 // of the file
  std::vector<Error> unknown;      // keys that no version of the file has
  std::vector<std::string> notes;  // warnings: deprecated keys, unwise values
};

// Reads a configuration. Fails with kBadParameter: no YAML, a value of a wrong type, an unknown version or type of a
// service or destination, a v1 file that has no v2 form.
Result<BotConfig> ParseBotConfig(std::string_view text, std::string_view source);
// Reads the file. Fails as ParseBotConfig and ReadFile do.
Result<BotConfig> LoadBotConfig(const std::string& path);

// Sets the defaults, names the services and checks all values against each other; call it after the command line has
// changed the configuration. Adds warnings to the notes. Fails with kBadParameter.
Status CheckBotConfig(BotConfig& config);

// Returns the configuration as a v2 file, keys in Teleport's order.
std::string FormatBotConfig(const BotConfig& config);

}  // namespace sallyport
