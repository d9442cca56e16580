// The keys of kubernetes_service (docs/protocol/services.md#kubernetes_service).
#include <algorithm>

#include "libbase/text.h"
#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"
#include "libresources/kinds/metadata.h"

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

// Reads a selector: each label with a value, or with a list of values.
Result<LabelSelector> ReadSelector(const Value& labels) {
  LabelSelector selector;
  for (const auto& [key, value] : labels.as_map()) {
    if (key != "*" && !IsLabelKey(key)) {
      return Fail(ErrorKind::kBadParameter, "labels: \"{}\" is not a label key", StripControl(key));
    }
    ASSIGN_OR_RETURN(selector[key], ConfigTexts(value));
    const bool any = std::ranges::find(selector[key], "*") != selector[key].end();
    if (key == "*" && !any) return Fail(ErrorKind::kBadParameter, "labels: the key * has the value * only");
  }
  return selector;
}

Status SetResources(TeleportConfig& config, const Value& value) {
  for (const auto& item : value.as_list()) {
    const Value* const labels = item.Find("labels");
    if (labels == nullptr || labels->is_null()) continue;  // as in roles, no label matches nothing
    ASSIGN_OR_RETURN(LabelSelector selector, ReadSelector(*labels));
    if (!selector.empty()) config.kubernetes.resources.push_back(std::move(selector));
  }
  return {};
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
      {"kubernetes_service.resources", Type::kAny, State::kServed, SetResources},
  };
}

#undef TEXT_KEY

}  // namespace

std::vector<ConfigKey> KubernetesServiceKeys() {
  constexpr std::string_view kStaticLabels = "use labels";
  constexpr std::string_view kNoRoles = "write kubeconfigs with tokens into the kube_cluster resources";
  auto keys = ServedKubernetesKeys();
  keys.push_back({"kubernetes_service.public_addr", Type::kTexts, State::kNoEffect});
  const auto refused = [&](const char* name, Type type, std::string_view advice) {
    keys.push_back({fmt::format("kubernetes_service.{}", name), type, State::kRefused, nullptr, "", advice});
  };
  refused("commands[].name", Type::kText, kStaticLabels);
  refused("commands[].command", Type::kTexts, kStaticLabels);
  refused("commands[].period", Type::kDuration, kStaticLabels);
  keys.push_back({"kubernetes_service.resources[].labels", Type::kMap, State::kNoEffect});  // read with the list
  refused("resources[].aws.assume_role_arn", Type::kText, kNoRoles);
  refused("resources[].aws.external_id", Type::kText, kNoRoles);
  return keys;
}

}  // namespace sallyport
