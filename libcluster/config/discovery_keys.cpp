// The keys of discovery_service and the matchers of clouds, which db_service has too
// (docs/protocol/services.md#discovery_service). Matchers of Azure for AKS are served.
#include <algorithm>
#include <array>

#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {
namespace {

constexpr std::array kAws{
    KeyFact{"types", ConfigType::kTexts},
    KeyFact{"regions", ConfigType::kTexts},
    KeyFact{"assume_role_arn"},
    KeyFact{"external_id"},
    KeyFact{"tags", ConfigType::kMap},
    KeyFact{"ssm.document_name"},
    KeyFact{"integration"},
    KeyFact{"kube_app_discovery", ConfigType::kSwitch},
    KeyFact{"setup_access_for_arn"},
};

constexpr std::array kAzure{
    KeyFact{"subscriptions", ConfigType::kTexts},
    KeyFact{"resource_groups", ConfigType::kTexts},
    KeyFact{"types", ConfigType::kTexts},
    KeyFact{"regions", ConfigType::kTexts},
    KeyFact{"tags", ConfigType::kMap},
};

constexpr std::array kGcp{
    KeyFact{"types", ConfigType::kTexts},       KeyFact{"locations", ConfigType::kTexts},
    KeyFact{"labels", ConfigType::kMap},        KeyFact{"tags", ConfigType::kMap},
    KeyFact{"project_ids", ConfigType::kTexts}, KeyFact{"service_accounts", ConfigType::kTexts},
};

constexpr std::array kKubernetes{
    KeyFact{"types", ConfigType::kTexts},
    KeyFact{"namespaces", ConfigType::kTexts},
    KeyFact{"labels", ConfigType::kMap},
};

// Keys for installing an agent on a discovered machine.
constexpr std::array kInstall{
    KeyFact{"join_params.token_name"},
    KeyFact{"join_params.method"},
    KeyFact{"join_params.azure.client_id"},
    KeyFact{"script_name"},
    KeyFact{"install_teleport", ConfigType::kSwitch},
    KeyFact{"sshd_config"},
    KeyFact{"public_proxy_addr"},
    KeyFact{"azure.client_id"},
    KeyFact{"enroll_mode"},
    KeyFact{"suffix"},
    KeyFact{"update_group"},
};

constexpr std::array kNotServed{
    KeyFact{"access_graph.aws[].regions", ConfigType::kTexts},
    KeyFact{"access_graph.aws[].assume_role_arn"},
    KeyFact{"access_graph.aws[].external_id"},
    KeyFact{"access_graph.aws[].cloud_trail_logs.queue_url"},
    KeyFact{"access_graph.aws[].cloud_trail_logs.queue_region"},
    KeyFact{"access_graph.azure[].subscription_id"},
    KeyFact{"access_graph.poll_interval", ConfigType::kDuration},
};

void AddMatchers(std::vector<ConfigKey>& keys, const std::string& list, std::span<const KeyFact> facts) {
  AddFacts(keys, list + "[].", facts);
  AddFacts(keys, list + "[].install.", kInstall);
}

void AddRefused(std::vector<ConfigKey>& keys, const std::string& prefix, std::span<const KeyFact> facts) {
  for (const auto& fact : facts) {
    keys.push_back({prefix + std::string(fact.path), fact.type, ConfigKey::State::kRefused});
  }
}

// The types of the values were checked with their own rows.
std::vector<std::string> TextsAt(const Value& item, std::string_view key) {
  const Value* const value = item.Find(key);
  auto texts = value == nullptr ? std::vector<std::string>() : ConfigTexts(*value).value_or(std::vector<std::string>());
  std::erase(texts, "");
  return texts;
}

Status AddAzureMatchers(TeleportConfig& config, const Value& list) {
  for (const Value& item : list.as_list()) {
    TeleportConfig::DiscoveryMatcher matcher;
    matcher.cloud = "azure";
    matcher.types = TextsAt(item, "types");
    matcher.subscriptions = TextsAt(item, "subscriptions");
    matcher.resource_groups = TextsAt(item, "resource_groups");
    matcher.regions = TextsAt(item, "regions");
    if (const Value* const tags = item.Find("tags"); tags != nullptr) {
      for (const auto& [key, value] : tags->as_map()) matcher.tags[key] = TextsAt(*tags, key);
    }
    matcher.Complete();
    matcher.line = item.place().line;
    config.discovery.matchers.push_back(std::move(matcher));
  }
  return {};
}

std::vector<ConfigKey> ServedDiscoveryKeys() {
  return {
      {"discovery_service.enabled", ConfigType::kSwitch, ConfigKey::State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.discovery.enabled, ConfigSwitch(value));
         return {};
       }},
      {"discovery_service.discovery_group", ConfigType::kText, ConfigKey::State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.discovery.group, ConfigText(value));
         return {};
       }},

      {"discovery_service.poll_interval", ConfigType::kDuration, ConfigKey::State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(const Nanoseconds interval, ConfigDuration(value));
         if (interval != Nanoseconds(0)) config.discovery.poll_interval = interval;  // 0: the default
         return {};
       }},
      {"discovery_service.azure", ConfigType::kAny, ConfigKey::State::kServed, AddAzureMatchers},
      {"discovery_service.listen_addr", ConfigType::kText, ConfigKey::State::kNoEffect},
  };
}

}  // namespace

std::vector<ConfigKey> DiscoveryKeys() {
  std::vector<ConfigKey> keys = ServedDiscoveryKeys();
  AddFacts(keys, "discovery_service.azure[].", kAzure);  // read with the list
  AddRefused(keys, "discovery_service.azure[].install.", kInstall);
  AddRefused(keys, "discovery_service.aws[].", kAws);
  AddRefused(keys, "discovery_service.aws[].install.", kInstall);
  AddRefused(keys, "discovery_service.gcp[].", kGcp);
  AddRefused(keys, "discovery_service.gcp[].install.", kInstall);
  AddRefused(keys, "discovery_service.kubernetes[].", kKubernetes);
  AddRefused(keys, "discovery_service.", kNotServed);
  AddMatchers(keys, "db_service.aws", kAws);
  AddMatchers(keys, "db_service.azure", kAzure);
  return keys;
}

}  // namespace sallyport
