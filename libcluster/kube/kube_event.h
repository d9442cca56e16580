// The audit events of Kubernetes requests and sessions.
#pragma once

#include <string_view>

#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/decided_request.h"

namespace sallyport {

// Returns the audit event of an answered request.
AuditEvent KubeRequestEvent(const AuthServer& auth, const DecidedKubeRequest& decided, std::string_view method,
                            int status);

// Returns an audit event of a session: start, command or end.
AuditEvent KubeSessionEvent(const AuthServer& auth, const DecidedKubeRequest& decided, const AuditType& type);

}  // namespace sallyport
