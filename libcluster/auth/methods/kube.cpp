// Methods about Kubernetes clusters as resources.
#include "libcluster/auth/listing/labelled_kind.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

using types::KubernetesClusterV3;

constexpr std::string_view kKubeClusterKind = "kube_cluster";

}  // namespace

void AddKubeMethods(RpcTable& table, AuthServer& auth) {
  table.Add(
      {"/proto.AuthService/ListKubernetesClusters", RpcAccess::Rule(kKubeClusterKind, {"list", "read"}), kRehearsable},
      [&auth](const RpcCall& call, const proto::ListKubernetesClustersRequest& request,
              proto::ListKubernetesClustersResponse& answer) -> Status {
        ASSIGN_OR_RETURN(
            auto page, ListLabelled<KubernetesClusterV3>(auth, call.caller, request.page_token(), request.page_size()));
        for (auto& resource : page.first) *answer.add_kubernetes_clusters() = std::move(resource);
        answer.set_next_page_token(page.second);
        return {};
      });
  AddLabelledMethods<KubernetesClusterV3>(
      table, auth,
      {"KubernetesCluster", audit::kKubeClusterCreate, audit::kKubeClusterUpdate, audit::kKubeClusterDelete});
}

WatchedKind KubeClusterWatch() {
  return {.kind = "kube_cluster",
          .put = &PutWatched<&proto::Event::mutable_kubernetescluster>,
          .seen_by_labels_of = "kube_cluster"};
}

WatchedKind KubeServerWatch() {
  return {.kind = "kube_server",
          .put = &PutWatched<&proto::Event::mutable_kubernetesserver>,
          .seen_by_labels_of = "kube_cluster"};
}

}  // namespace sallyport
