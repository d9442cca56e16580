// The method by which Kubernetes agents follow the kube_cluster resources that they serve.
#pragma once

#include "libcluster/auth/auth_server.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

// Adds KubeClusterService.Follow (proto/sallyport/v1/kube_clusters.proto). `loop`, `threads` and `auth` outlive the
// table.
void AddKubeFollowStream(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth);

}  // namespace sallyport
