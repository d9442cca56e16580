// Fetches the alerts of a cluster (docs/protocol/auth-api.md#alerts), in display order.
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

// How long a command waits for alerts that it shows in addition to its own output.
inline constexpr std::chrono::milliseconds kAlertPatience{750};

// Returns the matching alerts, by descending severity, then newest first. Returns none when the cluster does not
// implement alerts. Fails as RpcClient::Call does.
Result<std::vector<types::ClusterAlert>> FetchAlerts(RpcClient& rpc, const types::GetClusterAlertsRequest& query,
                                                     const CallOptions& options = {});

}  // namespace sallyport
