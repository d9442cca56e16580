// Notices about alerts, which tsh and tctl show beside the result of a command.
#pragma once

#include <string>
#include <vector>

#include "libclient/rpc.h"

namespace types {
class GetClusterAlertsRequest;
}

namespace sallyport {

// Asks for alerts and returns each as a text for stderr, the most severe first. Alerts never make a command fail: when
// the cluster does not answer soon, the texts say so.
std::vector<std::string> AlertNotices(RpcClient& rpc, const types::GetClusterAlertsRequest& query);

}  // namespace sallyport
