// Alerts of a cluster (docs/protocol/auth-api.md#alerts), in the order in which they are shown.
#pragma once

#include <chrono>
#include <vector>

#include "libbase/error.h"
#include "libclient/rpc.h"

namespace types {
class ClusterAlert;
class GetClusterAlertsRequest;
}  // namespace types

namespace sallyport {

// How long a command that is about something else waits for alerts.
inline constexpr std::chrono::milliseconds kAlertPatience{750};

// Returns the alerts that match, the most severe first, among those the newest. None when the cluster knows no alerts.
// Fails as RpcClient::Call does.
Result<std::vector<types::ClusterAlert>> FetchAlerts(RpcClient& rpc, const types::GetClusterAlertsRequest& query,
                                                     const CallOptions& options = {});

}  // namespace sallyport
