#include "libcluster/agents/discovery/cloud_source.h"

#include "libbase/text.h"

namespace sallyport {

std::span<const CloudRow> AllClouds() {
  static const std::vector<CloudRow> rows{AksRow()};
  return rows;
}

std::string CloudKeyOf(const types::KubernetesClusterV3& cluster) {
  const auto& spec = cluster.spec();
  std::string key;
  if (const auto& azure = spec.azure(); !azure.resourcename().empty()) {
    key += fmt::format("azure/{}/{}/{}", azure.subscriptionid(), azure.resourcegroup(), azure.resourcename());
  }
  if (const auto& aws = spec.aws(); !aws.name().empty()) {
    key += fmt::format("aws/{}/{}/{}", aws.accountid(), aws.region(), aws.name());
  }
  if (const auto& gcp = spec.gcp(); !gcp.name().empty()) {
    key += fmt::format("gcp/{}/{}/{}", gcp.projectid(), gcp.location(), gcp.name());
  }
  return LowerCase(key);
}

}  // namespace sallyport
