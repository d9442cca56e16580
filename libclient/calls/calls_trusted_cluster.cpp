// Clusters that this one trusts.
#include "libclient/calls/calls.h"
#include "libclient/pages.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"

namespace sallyport {
namespace {

namespace trustv1 = teleport::trust::v1;

Status ListTrustedClusters(RpcClient& rpc, bool, const MessageSink& sink) {
  const auto show = [&](const trustv1::ListTrustedClustersResponse& page) {
    return SinkAll(page.trusted_clusters(), sink);
  };
  return EachPage<trustv1::ListTrustedClustersResponse>(rpc, "/teleport.trust.v1.TrustService/ListTrustedClusters",
                                                        trustv1::ListTrustedClustersRequest(), show);
}

Status GetTrustedCluster(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto cluster,
                   rpc.Call<types::TrustedClusterV2>("/proto.AuthService/GetTrustedCluster", ByName(name)));
  return sink(cluster);
}

}  // namespace

constinit const KindCalls kTrustedClusterCalls{
    "trusted_cluster", ListTrustedClusters, GetTrustedCluster, nullptr, nullptr, nullptr};

}  // namespace sallyport
