// Follows the kube_cluster resources of a cluster on other hosts.
#pragma once

#include <vector>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "libcluster/auth_client/agent_auth.h"

namespace sallyport {

// Makes the call KubeClusterService.Follow as AgentAuth::FollowKubeClusters says.
Status FollowRemoteKubeClusters(const RpcOptions& connection, const std::vector<LabelSelector>& selectors,
                                const AgentAuth::TakeKubeClusters& take, const StopSignal& stop);

}  // namespace sallyport
