// Methods about Kubernetes clusters as resources, and the servers that announce them.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/labelled_kind.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::KubernetesClusterV3;

constexpr std::string_view kKind = "kube_cluster";

Status ListClusters(AuthServer& auth, const RpcCall& call, const proto::ListKubernetesClustersRequest& request,
                    proto::ListKubernetesClustersResponse& answer) {
  ASSIGN_OR_RETURN(auto page,
                   ListPage<KubernetesClusterV3>(auth.backend(), kKind, request.page_token(), request.page_size()));
  const Visibility may_see(call.caller, auth.cluster_name(), kKind);
  for (auto& cluster : page.first) {
    if (may_see(NameOf(cluster), LabelsOf(cluster))) *answer.add_kubernetes_clusters() = std::move(cluster);
  }
  answer.set_next_page_token(page.second);
  return {};
}

}  // namespace

void AddKubeMethods(RpcTable& table, AuthServer& auth) {
  table.Add<proto::ListKubernetesClustersRequest, proto::ListKubernetesClustersResponse>(
      "/proto.AuthService/ListKubernetesClusters", RpcAccess::Rule("kube_cluster", {"list", "read"}),
      [&auth](const RpcCall& call, const proto::ListKubernetesClustersRequest& request,
              proto::ListKubernetesClustersResponse& answer) { return ListClusters(auth, call, request, answer); });
  table.Add<types::ResourceRequest, KubernetesClusterV3>(
      "/proto.AuthService/GetKubernetesCluster", RpcAccess::Rule("kube_cluster", {"read"}),
      [&auth](const RpcCall& call, const types::ResourceRequest& request, KubernetesClusterV3& answer) -> Status {
        ASSIGN_OR_RETURN(answer, GetLabelled<KubernetesClusterV3>(auth, call.caller, kKind, request.name()));
        return {};
      });
  table.Add<KubernetesClusterV3, Empty>(
      "/proto.AuthService/CreateKubernetesCluster", RpcAccess::Rule("kube_cluster", {"create"}),
      [&auth](const RpcCall& call, const KubernetesClusterV3& cluster, Empty&) {
        return WriteLabelled(auth, call.caller, audit::kKubeClusterCreate, kKind, cluster, WriteMode::kCreate);
      });
  table.Add<KubernetesClusterV3, Empty>(
      "/proto.AuthService/UpdateKubernetesCluster", RpcAccess::Rule("kube_cluster", {"update"}),
      [&auth](const RpcCall& call, const KubernetesClusterV3& cluster, Empty&) {
        return WriteLabelled(auth, call.caller, audit::kKubeClusterUpdate, kKind, cluster, WriteMode::kUpdate);
      });
  table.Add<types::ResourceRequest, Empty>(
      "/proto.AuthService/DeleteKubernetesCluster", RpcAccess::Rule("kube_cluster", {"delete"}),
      [&auth](const RpcCall& call, const types::ResourceRequest& request, Empty&) {
        return RemoveLabelled<KubernetesClusterV3>(auth, call.caller, audit::kKubeClusterDelete, kKind, request.name());
      });
}

}  // namespace sallyport
