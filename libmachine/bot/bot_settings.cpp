#include "libmachine/bot/bot_settings.h"

#include "libbase/file.h"
#include "libclient/web_client.h"
#include "libmachine/bot/config/join_uri.h"
#include "libmachine/bot/outputs/outputs.h"
#include "libmachine/join_methods.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxAuthorityFile = 1 << 20;
constexpr int kDefaultAuthPort = 3025;
constexpr int kHttpsPort = 443;

// Proxies are often given as auth_server; their ports tell them.
bool IsProxyPort(int port) { return port == kDefaultWebPort || port == kHttpsPort; }

Status SetBotAddress(BotConfig& config, JoinSettings& settings) {
  settings.through_proxy = !config.proxy_server.empty();
  const std::string& text = settings.through_proxy ? config.proxy_server : config.auth_server;
  if (text.empty()) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("{}: the address of the cluster is missing", config.source),
                        "set proxy_server, or --proxy-server=HOST:PORT");
  }
  auto address = ParseHostPort(text, settings.through_proxy ? kDefaultWebPort : kDefaultAuthPort);
  if (!address) {
    const auto key = settings.through_proxy ? "proxy_server" : "auth_server";
    return std::unexpected(InContext(fmt::format("{}: {}", config.source, key), std::move(address).error()));
  }

  settings.address = *address;
  if (!settings.through_proxy && IsProxyPort(address->port)) {
    settings.through_proxy = true;
    config.notes.push_back(fmt::format("auth_server {} has the port of a proxy, and is used as one: set proxy_server",
                                       FormatHostPort(*address)));
  }
  return {};
}

// Refuses what would fail later, or would be done otherwise than asked.
Status CheckImplemented(const BotConfig& config) {
  if (config.fips) {
    return FailWithHint(ErrorKind::kNotImplemented, fmt::format("{}: fips is not implemented", config.source),
                        "remove fips");
  }
  for (const auto& service : config.services) {
    if (const auto type = FindOutputType(service); !type) return std::unexpected(type.error());
  }
  return {};
}

}  // namespace

Result<JoinSettings> BotSettings(BotConfig& config, const EnvironmentReader& environment) {
  if (!config.join_uri.empty()) {
    ASSIGN_OR_RETURN(const JoinUri uri, ParseJoinUri(config.join_uri));
    RETURN_IF_ERROR(ApplyJoinUri(uri, config));
  }
  RETURN_IF_ERROR(CheckImplemented(config));

  JoinSettings settings;
  RETURN_IF_ERROR(SetBotAddress(config, settings));
  settings.role = "Bot";
  settings.program = "tbot";
  if (!config.onboarding.join_method.empty()) settings.method = config.onboarding.join_method;
  RETURN_IF_ERROR(FindJoinMethod(settings.method));
  settings.token = config.onboarding.token;
  settings.ca_pins = config.onboarding.ca_pins;
  if (!config.onboarding.ca_path.empty()) {
    ASSIGN_OR_RETURN(settings.authorities_pem, ReadFile(config.onboarding.ca_path, kMaxAuthorityFile));
  }
  if (std::string path = environment("KUBERNETES_TOKEN_PATH"); !path.empty()) {
    settings.kubernetes_token_path = std::move(path);
  }
  settings.network = NetworkFromEnvironment(environment, config.insecure);
  return settings;
}

}  // namespace sallyport
