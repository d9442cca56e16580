#include "libresources/kinds/kubernetes.h"

#include <algorithm>

#include "libbase/text.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/resource.h"
#include "libresources/matching/labels.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxName = 200;

const types::KubernetesServerV3& AsServer(const google::protobuf::Message& resource) {
  return static_cast<const types::KubernetesServerV3&>(resource);
}

Status CheckKubeName(const std::string& name) {
  const bool fits = !name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-").contains(c);
  });
  if (fits) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("\"{}\" is not a name for a Kubernetes cluster", StripControl(name)),
                      "use letters, digits and . _ -");
}

// A cloud's block names a cluster completely or not at all.
Status CheckCloud(std::string_view block,
                  std::initializer_list<std::pair<std::string_view, const std::string*>> fields) {
  const bool any = std::any_of(fields.begin(), fields.end(), [](const auto& field) { return !field.second->empty(); });
  for (const auto& [key, value] : fields) {
    if (any && value->empty()) return Fail(ErrorKind::kBadParameter, "spec.{}.{} is missing", block, key);
  }
  return {};
}

std::string ClusterLabels(const google::protobuf::Message& resource) {
  return ShownLabels(static_cast<const types::KubernetesClusterV3&>(resource));
}
std::string ServerCluster(const google::protobuf::Message& resource) {
  return AsServer(resource).spec().cluster().metadata().name();
}
std::string ServerLabels(const google::protobuf::Message& resource) {
  return ShownLabels(AsServer(resource).spec().cluster());
}
std::string KubeServerVersion(const google::protobuf::Message& resource) { return AsServer(resource).spec().version(); }

constexpr TextColumn kClusterColumns[] = {{"Name", &NameOf}, {"Labels", &ClusterLabels}};
constexpr TextColumn kServerColumns[] = {
    {"Cluster", &ServerCluster}, {"Labels", &ServerLabels}, {"Version", &KubeServerVersion}};

// A cluster's name becomes part of host names and kubeconfig contexts: [a-zA-Z0-9._-], at most 200 characters.
Status CheckKubeCluster(google::protobuf::Message& resource) {
  const auto& cluster = static_cast<const types::KubernetesClusterV3&>(resource);
  RETURN_IF_ERROR(CheckKubeName(cluster.metadata().name()));
  for (const auto& [key, command] : cluster.spec().dynamiclabels()) {
    if (!IsLabelKey(key)) {
      return Fail(ErrorKind::kBadParameter, "spec.dynamic_labels: \"{}\" is not a label key", StripControl(key));
    }
  }
  const auto& azure = cluster.spec().azure();
  RETURN_IF_ERROR(CheckCloud("azure", {{"resource_name", &azure.resourcename()},
                                       {"resource_group", &azure.resourcegroup()},
                                       {"subscription_id", &azure.subscriptionid()}}));
  const auto& aws = cluster.spec().aws();
  RETURN_IF_ERROR(
      CheckCloud("aws", {{"region", &aws.region()}, {"account_id", &aws.accountid()}, {"name", &aws.name()}}));
  const auto& gcp = cluster.spec().gcp();
  return CheckCloud("gcp", {{"location", &gcp.location()}, {"project_id", &gcp.projectid()}, {"name", &gcp.name()}});
}

Status CheckKubeServer(google::protobuf::Message& resource) {
  auto& server = static_cast<types::KubernetesServerV3&>(resource);
  if (server.spec().hostid().empty()) return Fail(ErrorKind::kBadParameter, "spec.host_id is missing");
  if (!server.spec().has_cluster()) return Fail(ErrorKind::kBadParameter, "spec.cluster is missing");
  const Status cluster = CheckAs(KubeClusterKind(), *server.mutable_spec()->mutable_cluster());
  if (!cluster) return std::unexpected(InContext("spec.cluster", cluster.error()));
  return {};
}

}  // namespace

KindRow KubeClusterKind() {
  return {
      .kind = "kube_cluster",
      .aliases = "kube_clusters",
      .versions = "v3",
      .prototype = &Prototype<types::KubernetesClusterV3>,
      .check = &CheckKubeCluster,
      .columns = kClusterColumns,
  };
}

KindRow KubeServerKind() {
  return {
      .kind = "kube_server",
      .aliases = "kube_servers",
      .versions = "v3",
      .prototype = &Prototype<types::KubernetesServerV3>,
      .check = &CheckKubeServer,
      .columns = kServerColumns,
  };
}

}  // namespace sallyport
