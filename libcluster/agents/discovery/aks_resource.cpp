#include "libcluster/agents/discovery/aks_resource.h"

#include <array>

#include "libcluster/agents/discovery/discovered_name.h"
#include "libresources/kinds.h"
#include "libresources/kinds/discovery_labels.h"

namespace sallyport {
namespace {

// The tag that gives a cluster another name.
constexpr std::string_view kNameTag = "TeleportKubernetesName";

}  // namespace

Labels LabelsOfAks(const AksCluster& cluster) {
  Labels labels;
  for (const auto& [key, value] : cluster.tags) {
    if (IsLabelKey(key) && !IsSystemLabel(key)) labels[key] = value;
  }
  labels[std::string(kCloudLabel)] = kCloudAzure;
  labels["region"] = cluster.location;
  labels["resource-group"] = cluster.place.group;
  labels["subscription-id"] = cluster.place.subscription;
  return labels;
}

Result<types::KubernetesClusterV3> ResourceOfAks(const AksCluster& cluster) {
  auto resource = NewResource<types::KubernetesClusterV3>();
  auto& metadata = *resource.mutable_metadata();
  Labels labels = LabelsOfAks(cluster);
  labels[std::string(kOriginLabel)] = kOriginCloud;
  labels[std::string(kDiscoveryTypeLabel)] = "aks";
  const auto renamed = cluster.tags.find(std::string(kNameTag));
  if (renamed != cluster.tags.end() && !renamed->second.empty()) {
    metadata.set_name(renamed->second);
  } else {
    const std::string& name = cluster.place.name;
    const std::array<std::string, 4> parts{"aks", cluster.location, cluster.place.group, cluster.place.subscription};
    const std::string suffix = DiscoverySuffix(name, parts);
    if (!suffix.empty()) labels[std::string(kDiscoveredNameLabel)] = name;
    metadata.set_name(suffix.empty() ? name : fmt::format("{}-{}", name, suffix));
  }

  metadata.set_description(fmt::format("Azure AKS cluster \"{}\" in {}", cluster.place.name, cluster.location));
  for (const auto& [key, value] : labels) (*metadata.mutable_labels())[key] = value;
  auto& azure = *resource.mutable_spec()->mutable_azure();
  azure.set_resourcename(cluster.place.name);
  azure.set_resourcegroup(cluster.place.group);
  azure.set_subscriptionid(cluster.place.subscription);
  azure.set_tenantid(cluster.tenant_id);
  RETURN_IF_ERROR(CheckResource(resource));
  return resource;
}

}  // namespace sallyport
