// The keys of discovery_service and the matchers of clouds, which db_service has too
// (docs/protocol/services.md#discovery_service). Their names alone are known: discovery is not implemented.
#include <array>

#include "libcluster/config/config_key.h"

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

constexpr std::array kService{
    KeyFact{"listen_addr"},
    KeyFact{"access_graph.aws[].regions", ConfigType::kTexts},
    KeyFact{"access_graph.aws[].assume_role_arn"},
    KeyFact{"access_graph.aws[].external_id"},
    KeyFact{"access_graph.aws[].cloud_trail_logs.queue_url"},
    KeyFact{"access_graph.aws[].cloud_trail_logs.queue_region"},
    KeyFact{"access_graph.azure[].subscription_id"},
    KeyFact{"access_graph.poll_interval", ConfigType::kDuration},
    KeyFact{"discovery_group"},
    KeyFact{"poll_interval", ConfigType::kDuration},
};

void AddMatchers(std::vector<ConfigKey>& keys, const std::string& list, std::span<const KeyFact> facts) {
  AddFacts(keys, list + "[].", facts);
  AddFacts(keys, list + "[].install.", kInstall);
}

}  // namespace

std::vector<ConfigKey> DiscoveryKeys() {
  std::vector<ConfigKey> keys;
  AddFacts(keys, "discovery_service.", kService);
  AddMatchers(keys, "discovery_service.aws", kAws);
  AddMatchers(keys, "discovery_service.azure", kAzure);
  AddMatchers(keys, "discovery_service.gcp", kGcp);
  AddFacts(keys, "discovery_service.kubernetes[].", kKubernetes);
  AddMatchers(keys, "db_service.aws", kAws);
  AddMatchers(keys, "db_service.azure", kAzure);
  return keys;
}

}  // namespace sallyport
