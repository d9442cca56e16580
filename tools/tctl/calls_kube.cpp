// Kubernetes clusters and the servers that announce them.
#include <google/protobuf/empty.pb.h>

#include "libclient/pages.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/tctl/calls.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;

Status ListKubeClusters(RpcClient& rpc, bool, const MessageSink& sink) {
  using Page = proto::ListKubernetesClustersResponse;
  const auto show = [&](const Page& page) { return SinkAll(page.kubernetes_clusters(), sink); };
  return EachPage<Page>(rpc, "/proto.AuthService/ListKubernetesClusters", proto::ListKubernetesClustersRequest(), show);
}

Status GetKubeCluster(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto cluster,
                   rpc.Call<types::KubernetesClusterV3>("/proto.AuthService/GetKubernetesCluster", ByName(name)));
  return sink(cluster);
}

Result<bool> PutKubeCluster(RpcClient& rpc, const Resource& resource, bool force) {
  auto cluster = resource.as<types::KubernetesClusterV3>();
  const auto created = rpc.Call<Empty>("/proto.AuthService/CreateKubernetesCluster", cluster);
  if (created) return true;
  if (created.error().kind != ErrorKind::kAlreadyExists) return std::unexpected(created.error());
  if (!force) return Exists(resource);
  cluster.mutable_metadata()->clear_revision();  // whatever is there is replaced
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpdateKubernetesCluster", cluster));
  return false;
}

// The cluster checks the revision of an update.
Status UpdateKubeCluster(RpcClient& rpc, const Resource& resource) {
  const auto& cluster = resource.as<types::KubernetesClusterV3>();
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpdateKubernetesCluster", cluster));
  return {};
}

Status RemoveKubeCluster(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteKubernetesCluster", ByName(name)));
  return {};
}

Status ListKubeServers(RpcClient& rpc, bool, const MessageSink& sink) {
  proto::ListResourcesRequest request;
  request.set_resourcetype("kube_server");
  request.set_namespace_("default");
  const auto show = [&](const proto::ListResourcesResponse& page) -> Status {
    for (const auto& item : page.resources()) RETURN_IF_ERROR(sink(item.kubernetesserver()));
    return {};
  };
  return EachPage<proto::ListResourcesResponse>(rpc, "/proto.AuthService/ListResources", request, show);
}

// Several servers may announce one name; all of them are meant.
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

const KindCalls kKubeClusterCalls{"kube_cluster", ListKubeClusters,  GetKubeCluster,
                                  PutKubeCluster, UpdateKubeCluster, RemoveKubeCluster};
const KindCalls kKubeServerCalls{"kube_server", ListKubeServers, GetKubeServer, nullptr, nullptr, nullptr};

}  // namespace sallyport
