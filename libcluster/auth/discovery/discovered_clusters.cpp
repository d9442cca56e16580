#include "libcluster/auth/discovery/discovered_clusters.h"

#include <algorithm>

#include "libbase/text.h"
#include "libcluster/auth/auth_server.h"
#include "libresources/difference.h"
#include "libresources/kinds.h"
#include "libresources/kinds/discovery_labels.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

using types::KubernetesClusterV3;

constexpr std::string_view kDiscoveredKind = "kube_cluster";
constexpr std::size_t kMaxDiscoveredBytes = 64 << 10;
constexpr int kMaxDiscoveredLabels = 256;
constexpr std::size_t kMaxDiscoveredDescription = 1024;

// The labels of the system that a discovery service sets.
constexpr std::string_view kDiscoveryLabels[] = {kOriginLabel,         kCloudLabel,          kDiscoveryTypeLabel,
                                                 kDiscoveredNameLabel, kDiscoveryGroupLabel, kDiscoveryConfigLabel,
                                                 kAwsArnLabel};

std::string_view LabelAt(const KubernetesClusterV3& cluster, std::string_view key) {
  const auto found = cluster.metadata().labels().find(std::string(key));
  return found == cluster.metadata().labels().end() ? std::string_view() : std::string_view(found->second);
}

// Returns the clouds that a resource names a cluster of.
std::vector<std::string_view> CloudsOf(const KubernetesClusterV3& cluster) {
  std::vector<std::string_view> clouds;
  const auto& spec = cluster.spec();
  if (spec.has_azure() && !spec.azure().resourcename().empty()) clouds.push_back(kCloudAzure);
  if (spec.has_aws() && !spec.aws().name().empty()) clouds.push_back(kCloudAws);
  if (spec.has_gcp() && !spec.gcp().name().empty()) clouds.push_back(kCloudGcp);
  return clouds;
}

Status CheckDiscoveredLabels(const KubernetesClusterV3& cluster, std::string_view group) {
  if (cluster.metadata().labels_size() > kMaxDiscoveredLabels) {
    return Fail(ErrorKind::kBadParameter, "the resource has more than {} labels", kMaxDiscoveredLabels);
  }
  for (const auto& [key, value] : cluster.metadata().labels()) {
    if (!IsSystemLabel(key) || IsOneOf(kDiscoveryLabels, key)) continue;
    return Fail(ErrorKind::kBadParameter, "the label {} is none of a discovery service", StripControl(key));
  }

  const auto clouds = CloudsOf(cluster);
  if (clouds.size() != 1) return Fail(ErrorKind::kBadParameter, "the resource must name one cluster of one cloud");
  if (LabelAt(cluster, kCloudLabel) != clouds.front()) {
    return Fail(ErrorKind::kBadParameter, "the label {} must be {}", kCloudLabel, clouds.front());
  }
  if (LabelAt(cluster, kOriginLabel) != kOriginCloud) {
    return Fail(ErrorKind::kBadParameter, "the label {} must be {}", kOriginLabel, kOriginCloud);
  }
  if (!IsDiscoveredBy(cluster, group)) {
    return Fail(ErrorKind::kBadParameter, "the label {} must be the group of the service", kDiscoveryGroupLabel);
  }
  return {};
}

bool IsSameOfCloud(const KubernetesClusterV3& a, const KubernetesClusterV3& b) {
  return CloudsOf(a) == CloudsOf(b) && a.spec().SerializeAsString() == b.spec().SerializeAsString();
}

}  // namespace

bool IsDiscoveredBy(const KubernetesClusterV3& cluster, std::string_view group) {
  const bool has_group = cluster.metadata().labels().contains(std::string(kDiscoveryGroupLabel));
  return LabelAt(cluster, kOriginLabel) == kOriginCloud && LabelAt(cluster, kDiscoveryGroupLabel) == group &&
         has_group == !group.empty();
}

Result<KubernetesClusterV3> AdmitDiscovered(const KubernetesClusterV3& said, std::string_view group) {
  auto cluster = NewResource<KubernetesClusterV3>();
  cluster.mutable_metadata()->set_name(said.metadata().name());
  cluster.mutable_metadata()->set_description(said.metadata().description());
  *cluster.mutable_metadata()->mutable_labels() = said.metadata().labels();
  if (said.spec().has_azure()) *cluster.mutable_spec()->mutable_azure() = said.spec().azure();
  if (said.spec().has_aws()) *cluster.mutable_spec()->mutable_aws() = said.spec().aws();
  if (said.spec().has_gcp()) *cluster.mutable_spec()->mutable_gcp() = said.spec().gcp();

  if (!said.spec().kubeconfig().empty() || said.spec().dynamiclabels_size() > 0) {
    return Fail(ErrorKind::kBadParameter, "a discovery service writes neither credentials nor dynamic labels");
  }
  const std::string& description = cluster.metadata().description();
  if (description.size() > kMaxDiscoveredDescription || StripControl(description) != description) {
    return Fail(ErrorKind::kBadParameter, "the description is too long, or has control characters");
  }
  RETURN_IF_ERROR(CheckDiscoveredLabels(cluster, group));
  RETURN_IF_ERROR(CheckResource(cluster));
  if (cluster.ByteSizeLong() > kMaxDiscoveredBytes) {
    return Fail(ErrorKind::kBadParameter, "the resource has more than {} bytes", kMaxDiscoveredBytes);
  }
  return cluster;
}

Status PutDiscovered(AuthServer& auth, const Caller& by, std::string_view group, const KubernetesClusterV3& said) {
  ASSIGN_OR_RETURN(KubernetesClusterV3 cluster, AdmitDiscovered(said, group));
  const std::string& name = cluster.metadata().name();
  const auto stored = GetResource<KubernetesClusterV3>(auth.backend(), name);
  if (!stored && stored.error().kind != ErrorKind::kNotFound) return std::unexpected(stored.error());
  if (!stored) return auth.Write(by, audit::kKubeClusterCreate, cluster, WriteMode::kCreate);

  const bool is_own = IsDiscoveredBy(*stored, group);
  const bool comes_over = IsDiscoveredBy(*stored, "") && IsSameOfCloud(*stored, cluster);
  if (!is_own && !comes_over) {
    return FailWithHint(ErrorKind::kAlreadyExists,
                        fmt::format("kube_cluster \"{}\" exists already, and is not of this discovery group", name),
                        "give the cluster another name by the tag TeleportKubernetesName, or remove the resource");
  }
  if (SaysTheSame(*stored, cluster)) return {};
  cluster.mutable_metadata()->set_revision(stored->metadata().revision());
  return auth.Write(by, audit::kKubeClusterUpdate, cluster, WriteMode::kUpdate);
}

Status RemoveDiscovered(AuthServer& auth, const Caller& by, std::string_view group, const std::string& name) {
  ASSIGN_OR_RETURN(const auto stored, GetResource<KubernetesClusterV3>(auth.backend(), name));
  if (!IsDiscoveredBy(stored, group)) {
    return Fail(ErrorKind::kAccessDenied, "access denied: kube_cluster \"{}\" is not of this discovery group",
                StripControl(name));
  }
  return auth.Remove(by, audit::kKubeClusterDelete, kDiscoveredKind, name);
}

Result<std::pair<std::vector<KubernetesClusterV3>, std::string>> ListDiscovered(Backend& backend,
                                                                                std::string_view group,
                                                                                std::string_view start) {
  ASSIGN_OR_RETURN(auto page, ListPage<KubernetesClusterV3>(backend, start, 0));
  std::erase_if(page.first, [&](const KubernetesClusterV3& cluster) { return !IsDiscoveredBy(cluster, group); });
  for (auto& cluster : page.first) cluster.mutable_spec()->clear_kubeconfig();
  return page;
}

}  // namespace sallyport
