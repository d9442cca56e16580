// Alerts as both clients show them beside the result of a command.
#pragma once

#include <string>
#include <vector>

#include "libclient/rpc.h"

namespace types {
class GetClusterAlertsRequest;
}

namespace sallyport {

// Asks for alerts and returns each as a text for stderr, the most severe first. Alerts are never why a command fails:
// when the cluster does not answer soon, the texts say that.
std::vector<std::string> AlertNotices(RpcClient& rpc, const types::GetClusterAlertsRequest& query);

}  // namespace sallyport
