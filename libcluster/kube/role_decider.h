// Lets the roles of the cluster's users decide Kubernetes requests: where the cluster's state is.
#pragma once

#include <memory>

#include "libcluster/auth/audit/audit_queue.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/cluster_info.h"
#include "libcluster/kube/decider.h"

namespace sallyport {

// Returns a decider that asks `auth` for users, roles and locks, and tells `audit` of requests. Both must outlive what
// is returned.
std::unique_ptr<KubeDecider> DecideByRoles(AuthServer& auth, AuditQueue& audit, FindKubeCluster find);

}  // namespace sallyport
