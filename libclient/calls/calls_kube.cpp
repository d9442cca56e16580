// Kubernetes clusters and the servers that announce them.
#include "libclient/calls/labelled_calls.h"
#include "libclient/calls/listed_calls.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

struct KubeCluster {
  using Message = types::KubernetesClusterV3;
  using ListRequest = proto::ListKubernetesClustersRequest;
  using ListResponse = proto::ListKubernetesClustersResponse;
  static constexpr std::string_view kMethod = "KubernetesCluster";
  static const auto& Items(const ListResponse& page) { return page.kubernetes_clusters(); }
};

// Gives resources to a sink without the credentials of their clusters.
MessageSink WithoutKubeconfig(const MessageSink& sink) {
  return [&sink](const google::protobuf::Message& message) {
    KubeCluster::Message cluster = static_cast<const KubeCluster::Message&>(message);
    cluster.mutable_spec()->clear_kubeconfig();
    return sink(cluster);
  };
}

Status ListKubeClusters(RpcClient& rpc, bool with_secrets, const MessageSink& sink) {
  return labelled::List<KubeCluster>(rpc, with_secrets, with_secrets ? sink : WithoutKubeconfig(sink));
}

Status GetKubeCluster(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink) {
  return labelled::Get<KubeCluster>(rpc, name, with_secrets, with_secrets ? sink : WithoutKubeconfig(sink));
}

constexpr KindCalls KubeClusterRow() {
  KindCalls row = labelled::Row<KubeCluster>("kube_cluster");
  row.list = ListKubeClusters;
  row.get = GetKubeCluster;
  row.compared_with_secrets = true;
  return row;
}

Status ListKubeServers(RpcClient& rpc, bool, const MessageSink& sink) {
  return SinkListed(rpc, "kube_server", &proto::PaginatedResource::kubernetesserver, sink);
}

// Several servers may announce one name; the name means all of them.
Status GetKubeServer(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  bool found = false;
  RETURN_IF_ERROR(ListKubeServers(rpc, false, [&](const google::protobuf::Message& server) -> Status {
    if (NameOf(server) != name) return {};
    found = true;
    return sink(server);
  }));
  return found ? Status() : Fail(ErrorKind::kNotFound, "kube_server \"{}\" is not found", name);
}

}  // namespace

constinit const KindCalls kKubeClusterCalls = KubeClusterRow();
constinit const KindCalls kKubeServerCalls{"kube_server", ListKubeServers, GetKubeServer, nullptr, nullptr, nullptr};

}  // namespace sallyport
