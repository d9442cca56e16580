// Methods about Kubernetes clusters as resources.
#include "libcluster/auth/listing/labelled_kind.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libkube/resource_kubeconfig.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

using types::KubernetesClusterV3;

constexpr std::string_view kKubeClusterKind = "kube_cluster";

// An agent would refuse the kubeconfig later, where its author does not see the reason.
Status CheckKubeconfig(AuthServer&, const KubernetesClusterV3& cluster) {
  if (cluster.spec().kubeconfig().empty()) return {};
  const auto endpoint = ReadResourceKubeconfig(cluster.spec().kubeconfig(), cluster.metadata().name());
  return endpoint ? Status() : std::unexpected(endpoint.error());
}

// The credentials of a cluster are for those who may write them.
void HideKubeconfig(const Caller& caller, KubernetesClusterV3& cluster) {
  if (!AuthServer::CheckRule(caller, kKubeClusterKind, "update")) cluster.mutable_spec()->clear_kubeconfig();
}

// No watch gives credentials out.
google::protobuf::Message* PutWatchedCluster(const BackendItem& item, proto::Event& event) {
  auto* const cluster = PutWatched<&proto::Event::mutable_kubernetescluster>(item, event);
  if (cluster != nullptr) event.mutable_kubernetescluster()->mutable_spec()->clear_kubeconfig();
  return cluster;
}

}  // namespace

void AddKubeMethods(RpcTable& table, AuthServer& auth) {
  table.Add(
      {"/proto.AuthService/ListKubernetesClusters", RpcAccess::Rule(kKubeClusterKind, {"list", "read"}), kRehearsable},
      [&auth](const RpcCall& call, const proto::ListKubernetesClustersRequest& request,
              proto::ListKubernetesClustersResponse& answer) -> Status {
        ASSIGN_OR_RETURN(
            auto page, ListLabelled<KubernetesClusterV3>(auth, call.caller, request.page_token(), request.page_size()));
        for (auto& resource : page.first) {
          HideKubeconfig(call.caller, resource);
          *answer.add_kubernetes_clusters() = std::move(resource);
        }
        answer.set_next_page_token(page.second);
        return {};
      });
  AddLabelledMethods<KubernetesClusterV3>(
      table, auth,
      {"KubernetesCluster", audit::kKubeClusterCreate, audit::kKubeClusterUpdate, audit::kKubeClusterDelete},
      &CheckKubeconfig, &HideKubeconfig);
}

WatchedKind KubeClusterWatch() {
  return {.kind = "kube_cluster", .put = &PutWatchedCluster, .seen_by_labels_of = "kube_cluster"};
}

WatchedKind KubeServerWatch() {
  return {.kind = "kube_server",
          .put = &PutWatched<&proto::Event::mutable_kubernetesserver>,
          .seen_by_labels_of = "kube_cluster"};
}

}  // namespace sallyport
