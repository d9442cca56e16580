// The keys of kubernetes_service (docs/protocol/services.md#kubernetes_service).
#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {
namespace {

using State = ConfigKey::State;
using Type = ConfigType;

#define TEXT_KEY(key, member)                                                                                          \
  ConfigKey {                                                                                                          \
    "kubernetes_service." key, Type::kText, State::kServed, [](TeleportConfig& config, const Value& value) -> Status { \
      ASSIGN_OR_RETURN(config.kubernetes.member, ConfigText(value));                                                   \
      return {};                                                                                                       \
    }                                                                                                                  \
  }

std::vector<ConfigKey> ServedKubernetesKeys() {
  return {
      {"kubernetes_service.enabled", Type::kSwitch, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.kubernetes.enabled, ConfigSwitch(value));
         return {};
       }},
      TEXT_KEY("listen_addr", listen_addr),
      TEXT_KEY("kubeconfig_file", kubeconfig_file),
      TEXT_KEY("kube_cluster_name", kube_cluster_name),
      {"kubernetes_service.labels", Type::kMap, State::kServed,
       [](TeleportConfig& config, const Value& value) -> Status {
         ASSIGN_OR_RETURN(config.kubernetes.labels, ConfigLabels(value));
         return {};
       }},
  };
}

#undef TEXT_KEY

}  // namespace

std::vector<ConfigKey> KubernetesServiceKeys() {
  constexpr std::string_view kStaticLabels = "use labels";
  constexpr std::string_view kNoDynamicClusters = "define the clusters with kubeconfig_file or kube_cluster_name";
  auto keys = ServedKubernetesKeys();
  keys.push_back({"kubernetes_service.public_addr", Type::kTexts, State::kNoEffect});
  const auto refused = [&](const char* name, Type type, std::string_view advice) {
    keys.push_back({fmt::format("kubernetes_service.{}", name), type, State::kRefused, nullptr, "", advice});
  };
  refused("commands[].name", Type::kText, kStaticLabels);
  refused("commands[].command", Type::kTexts, kStaticLabels);
  refused("commands[].period", Type::kDuration, kStaticLabels);
  refused("resources[].labels", Type::kMap, kNoDynamicClusters);
  refused("resources[].aws.assume_role_arn", Type::kText, kNoDynamicClusters);
  refused("resources[].aws.external_id", Type::kText, kNoDynamicClusters);
  return keys;
}

}  // namespace sallyport
