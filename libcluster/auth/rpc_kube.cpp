// Methods about Kubernetes clusters as resources, and the servers that announce them.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/visibility.h"
#include "libresources/kinds.h"
#include "libresources/metadata.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::KubernetesClusterV3;

bool MaySee(const AuthServer& auth, const Caller& caller, const KubernetesClusterV3& cluster) {
  return Visibility(caller, auth.cluster_name(), "kube_cluster")(NameOf(cluster), LabelsOf(cluster));
}

Status WriteCluster(AuthServer& auth, const RpcCall& call, KubernetesClusterV3 cluster, const AuditType& type,
                    WriteMode mode) {
  SetDefaultOrigin(cluster, "dynamic");
  RETURN_IF_ERROR(CheckResource(cluster));
  if (call.caller.kind == Caller::Kind::kUser && !MaySee(auth, call.caller, cluster)) {
    return Fail(ErrorKind::kAccessDenied, "access denied to a Kubernetes cluster with these labels");
  }
  if (mode == WriteMode::kUpdate && cluster.metadata().revision().empty()) {
    // Whoever sends no revision replaces what is there, whatever it is.
    const auto stored = GetResource<KubernetesClusterV3>(auth.backend(), "kube_cluster", cluster.metadata().name());
    if (!stored) return Fail(stored.error().kind, "kubernetes cluster \"{}\" doesn't exist", cluster.metadata().name());
    cluster.mutable_metadata()->set_revision(stored->metadata().revision());
  }
  return auth.Write(call.caller, type, "kube_cluster", cluster, mode);
}

Status GetCluster(AuthServer& auth, const RpcCall& call, const std::string& name, KubernetesClusterV3& answer) {
  auto cluster = GetResource<KubernetesClusterV3>(auth.backend(), "kube_cluster", name);
  if (!cluster || !MaySee(auth, call.caller, *cluster)) {
    return Fail(ErrorKind::kNotFound, "kubernetes cluster \"{}\" doesn't exist", name);
  }
  answer = std::move(*cluster);
  return {};
}

Status ListClusters(AuthServer& auth, const RpcCall& call, const proto::ListKubernetesClustersRequest& request,
                    proto::ListKubernetesClustersResponse& answer) {
  ASSIGN_OR_RETURN(auto page, ListPage<KubernetesClusterV3>(auth.backend(), "kube_cluster", request.page_token(),
                                                            request.page_size()));
  const Visibility may_see(call.caller, auth.cluster_name(), "kube_cluster");
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
      [&auth](const RpcCall& call, const types::ResourceRequest& request, KubernetesClusterV3& answer) {
        return GetCluster(auth, call, request.name(), answer);
      });
  table.Add<KubernetesClusterV3, Empty>(
      "/proto.AuthService/CreateKubernetesCluster", RpcAccess::Rule("kube_cluster", {"create"}),
      [&auth](const RpcCall& call, const KubernetesClusterV3& cluster, Empty&) {
        return WriteCluster(auth, call, cluster, audit::kKubeClusterCreate, WriteMode::kCreate);
      });
  table.Add<KubernetesClusterV3, Empty>(
      "/proto.AuthService/UpdateKubernetesCluster", RpcAccess::Rule("kube_cluster", {"update"}),
      [&auth](const RpcCall& call, const KubernetesClusterV3& cluster, Empty&) {
        return WriteCluster(auth, call, cluster, audit::kKubeClusterUpdate, WriteMode::kUpdate);
      });
  table.Add<types::ResourceRequest, Empty>(
      "/proto.AuthService/DeleteKubernetesCluster", RpcAccess::Rule("kube_cluster", {"delete"}),
      [&auth](const RpcCall& call, const types::ResourceRequest& request, Empty&) {
        return auth.Remove(call.caller, audit::kKubeClusterDelete, "kube_cluster", request.name());
      });
}

}  // namespace sallyport
