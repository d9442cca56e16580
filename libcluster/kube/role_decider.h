// Authorizes Kubernetes requests by roles, in the process of the auth service.
#pragma once

#include <memory>

#include "libcluster/auth/audit/audit_queue.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/cluster_info.h"
#include "libcluster/kube/decider.h"

namespace sallyport {

// Returns a decider that reads users, roles and locks from `auth` and writes events to `audit`. Both must outlive the
// decider.
std::unique_ptr<KubeDecider> DecideByRoles(AuthServer& auth, AuditQueue& audit, FindKubeCluster find);

}  // namespace sallyport
