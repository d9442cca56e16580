// Sets the defaults of tbot.yaml and checks its values against each other.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "libbase/text.h"
#include "libmachine/bot/config/bot_config.h"
#include "libmachine/bot/config/join_uri.h"

namespace sallyport {
namespace {

// Names of the parts of tbot itself (docs/protocol/tbot.md#names).
constexpr std::array<std::string_view, 5> kReservedNames{"ca-rotation", "crl-cache", "heartbeat", "identity",
                                                         "spiffe-trust-bundle-cache"};

constexpr bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || IsDigit(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '+';
}

Status CheckServiceName(const ServiceConfig& service, const std::set<std::string>& used) {
  const auto fail = [&](std::string_view reason) {
    return Fail(ErrorKind::kBadParameter, "{}: the name \"{}\" {}", service.where, StripControl(service.name), reason);
  };
  if (IsOneOf(kReservedNames, service.name)) return fail("is reserved");
  if (!std::ranges::all_of(service.name, IsNameCharacter)) {
    return fail("may have only lower-case letters, digits, -, _ and +");
  }
  if (used.contains(service.name)) return fail("is used twice");
  return {};
}

// Gives each service its name: the given name, or its type and the number of services of the type so far.
Status NameServices(std::vector<ServiceConfig>& services) {
  std::set<std::string> used;
  std::map<std::string, int> counts;
  for (auto& service : services) {
    const int count = ++counts[service.type];
    if (!service.name.empty()) {
      RETURN_IF_ERROR(CheckServiceName(service, used));
      service.full_name = service.name;
    } else {
      service.full_name = service.type;
      std::ranges::replace_if(service.full_name, [](char c) { return !IsNameCharacter(c); }, '-');
      service.full_name += fmt::format("-{}", count);
    }

    if (!used.insert(service.full_name).second) {
      return Fail(ErrorKind::kBadParameter, "{}: another service has the name \"{}\", which this service would get",
                  service.where, service.full_name);
    }
  }
  return {};
}

// Two outputs that write the same files destroy each other's.
void NoteSharedDestinations(BotConfig& config) {
  std::map<std::string, int> counts;
  const auto count = [&](const DestinationConfig& destination) {
    if (destination.type == DestinationType::kNone || destination.type == DestinationType::kMemory) return;
    ++counts[DescribeDestination(destination)];
  };
  count(config.storage);
  for (const auto& service : config.services) count(service.destination);
  for (const auto& [destination, uses] : counts) {
    if (uses > 1) config.notes.push_back(fmt::format("the destination {} is used {} times", destination, uses));
  }
}

Status CheckOnboarding(const BotConfig& config) {
  const auto& onboarding = config.onboarding;
  const auto fail = [&](std::string message, std::string hint) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("{}: {}", config.source, message), std::move(hint));
  };
  if (!onboarding.join_method.empty() && !IsBotJoinMethod(onboarding.join_method)) {
    return fail(fmt::format("the join method \"{}\" is not known", StripControl(onboarding.join_method)),
                "use token or kubernetes");
  }

  if (config.insecure && !onboarding.ca_pins.empty()) {
    return fail("insecure and ca_pins exclude each other", "remove insecure");
  }
  if (config.insecure && !onboarding.ca_path.empty()) {
    return fail("insecure and ca_path exclude each other", "remove insecure");
  }
  if (!onboarding.ca_pins.empty() && !onboarding.ca_path.empty()) {
    return fail("ca_pins and ca_path exclude each other", "keep one of them");
  }
  return {};
}

}  // namespace

Status CheckBotConfig(BotConfig& config) {
  if (config.storage.type == DestinationType::kNone) {
    config.storage.type = DestinationType::kDirectory;
    config.storage.path = kBotStoragePath;
  }
  if (const Status checked = CheckDestination(config.storage); !checked) {
    return std::unexpected(InContext(fmt::format("{}: storage", config.source), checked.error()));
  }
  for (const auto& service : config.services) RETURN_IF_ERROR(CheckService(service, config.oneshot));
  RETURN_IF_ERROR(NameServices(config.services));
  NoteSharedDestinations(config);

  auto& lifetime = config.lifetime;
  if (lifetime.ttl == Nanoseconds(0)) lifetime.ttl = kBotCredentialTtl;
  if (lifetime.renewal_interval == Nanoseconds(0)) lifetime.renewal_interval = kBotRenewalInterval;
  if (const Status checked = CheckLifetime(lifetime); !checked) {
    return std::unexpected(InContext(config.source, checked.error()));
  }
  if (std::string unwise = UnwiseLifetime(lifetime, config.oneshot); !unwise.empty()) {
    config.notes.push_back(std::move(unwise));
  }
  return CheckOnboarding(config);
}

}  // namespace sallyport
