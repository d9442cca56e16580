#include "libclient/alerts.h"

#include <algorithm>

#include "libresources/kinds/cluster_alert.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {

Result<std::vector<types::ClusterAlert>> FetchAlerts(RpcClient& rpc, const types::GetClusterAlertsRequest& query,
                                                     const CallOptions& options) {
  auto answer = rpc.Call<proto::GetClusterAlertsResponse>("/proto.AuthService/GetClusterAlerts", query, options);
  std::vector<types::ClusterAlert> alerts;
  if (!answer && answer.error().kind == ErrorKind::kNotImplemented) return alerts;
  if (!answer) return std::unexpected(answer.error());
  alerts.assign(std::make_move_iterator(answer->mutable_alerts()->begin()),
                std::make_move_iterator(answer->mutable_alerts()->end()));
  std::ranges::stable_sort(alerts, IsMoreUrgent);
  return alerts;
}

}  // namespace sallyport
