#include "tools/tbot/start_flags.h"

#include "libbase/encoding.h"
#include "libbase/log.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

// Sets a value of the file; a value that differs is worth a warning.
void Override(std::string& field, const std::string& given, std::string_view option, BotConfig& config) {
  if (given.empty()) return;
  if (!field.empty() && field != given) {
    config.notes.push_back(fmt::format("--{} replaces a value of the configuration", option));
  }
  field = given;
}

Status OverrideDuration(Nanoseconds& field, const std::string& given, std::string_view option, BotConfig& config) {
  if (given.empty()) return {};
  auto duration = ParseDuration(given);
  if (!duration) return std::unexpected(InContext(fmt::format("--{}", option), std::move(duration).error()));
  if (field != Nanoseconds(0) && field != *duration) {
    config.notes.push_back(fmt::format("--{} replaces a value of the configuration", option));
  }
  field = *duration;
  return {};
}

// Any option of joining replaces the whole block of the file: a token belongs to its method and cluster.
void OverrideOnboarding(const StartFlags& given, BotConfig& config) {
  if (given.token.empty() && given.join_method.empty() && given.ca_pins.empty()) return;
  if (config.onboarding != OnboardingConfig{}) {
    config.notes.emplace_back("the options of joining replace the whole block onboarding of the configuration");
  }
  config.onboarding = {};
  config.onboarding.token = given.token;
  config.onboarding.join_method = given.join_method;
  config.onboarding.ca_pins = given.ca_pins;
}

bool IsTrue(std::string_view text) { return text == "1" || text == "t" || text == "true" || text == "yes"; }

}  // namespace

Result<BotConfig> GivenConfig(const Invocation& invocation) {
  const auto program = GivenToProgram<TbotOptions>(invocation);
  if (!program.config.empty() && !program.config_string.empty()) {
    return Fail(ErrorKind::kUsage, "--config and --config-string exclude each other: give one of them");
  }
  if (!program.config_string.empty()) {
    ASSIGN_OR_RETURN(const std::string text, FromBase64(program.config_string));
    return ParseBotConfig(text, "--config-string");
  }
  if (!program.config.empty()) return LoadBotConfig(program.config);
  return BotConfig{};
}

Status ApplyFlags(const Invocation& invocation, const StartFlags& given, BotConfig& config) {
  const auto program = GivenToProgram<TbotOptions>(invocation);
  if (program.insecure) config.insecure = true;
  if (program.debug || IsTrue(LowerCase(invocation.Env("TBOT_DEBUG")))) config.debug = true;
  if (given.oneshot) config.oneshot = *given.oneshot;
  if (!given.auth_server.empty() && !given.proxy_server.empty()) {
    return Fail(ErrorKind::kUsage, "--auth-server and --proxy-server exclude each other: give one of them");
  }

  Override(config.auth_server, given.auth_server, "auth-server", config);
  Override(config.proxy_server, given.proxy_server, "proxy-server", config);
  Override(config.diag_addr, given.diag_addr, "diag-addr", config);
  Override(config.join_uri, given.join_uri, "join-uri", config);
  RETURN_IF_ERROR(OverrideDuration(config.lifetime.ttl, given.certificate_ttl, "certificate-ttl", config));
  RETURN_IF_ERROR(
      OverrideDuration(config.lifetime.renewal_interval, given.renewal_interval, "renewal-interval", config));
  OverrideOnboarding(given, config);
  Override(config.onboarding.registration_secret, given.registration_secret, "registration-secret", config);
  Override(config.onboarding.registration_secret_path, given.registration_secret_path, "registration-secret-path",
           config);
  Override(config.onboarding.static_private_key_path, given.static_key_path, "static-key-path", config);

  if (given.storage.empty()) return {};
  if (config.storage.type != DestinationType::kNone) {
    config.notes.emplace_back("--storage replaces the storage of the configuration");
  }
  ASSIGN_OR_RETURN(config.storage, ParseDestinationUri(given.storage));
  return {};
}

Result<DestinationConfig> DestinationOf(const DestinationFlags& given) {
  if (given.destination.empty()) return Fail(ErrorKind::kUsage, "--destination is missing");
  ASSIGN_OR_RETURN(DestinationConfig destination, ParseDestinationUri(given.destination));
  const bool has_readers = !given.reader_users.empty() || !given.reader_groups.empty();
  if (has_readers && destination.type != DestinationType::kDirectory) {
    return Fail(ErrorKind::kUsage, "--reader-user and --reader-group are for directories only");
  }
  for (const auto& user : given.reader_users) destination.readers.push_back({user, ""});
  for (const auto& group : given.reader_groups) destination.readers.push_back({"", group});
  return destination;
}

Status CheckAndWarn(const Invocation& invocation, BotConfig& config) {
  if (!config.unknown.empty() && GivenToProgram<TbotOptions>(invocation).strict) {
    return std::unexpected(config.unknown.front());
  }
  RETURN_IF_ERROR(CheckBotConfig(config));
  if (config.version == 1) {
    Log(LogLevel::kWarning, "the configuration has the old version v1; tbot migrate writes it in version v2",
        {{"file", config.source}});
  }

  for (const auto& unknown : config.unknown) {
    Log(LogLevel::kWarning, "a key of the configuration is not known, and has no effect",
        {{"key", unknown.message}, {"hint", unknown.hint}});
  }
  for (const auto& note : config.notes) Log(LogLevel::kWarning, note);
  config.notes.clear();
  return {};
}

void BeginBotLog(const Invocation& invocation, const BotConfig& config) {
  LogOptions options;
  options.json = GivenToProgram<TbotOptions>(invocation).log_format == "json";
  if (config.debug) options.level = LogLevel::kDebug;
  SetLogOptions(options);
}

}  // namespace sallyport
