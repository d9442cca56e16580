// The audit events of Kubernetes requests and sessions.
#pragma once

#include <string_view>

#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/decided_request.h"

namespace sallyport {

// Returns the audit event of a request that was answered.
AuditEvent KubeRequestEvent(const AuthServer& auth, const DecidedKubeRequest& decided, std::string_view method,
                            int status);

// Returns an audit event of a session: of its begin, its command, its end.
AuditEvent KubeSessionEvent(const AuthServer& auth, const DecidedKubeRequest& decided, const AuditType& type);

}  // namespace sallyport
