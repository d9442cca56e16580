// AgentAuth for agents in the auth service's own process.
#pragma once

#include <memory>
#include <string>

#include "libcluster/auth_client/agent_auth.h"

namespace sallyport {

class AuditQueue;
class AuthServer;
class DiscoveryServices;

// `host_id` is this process's; the other arguments must outlive the result. Without `discovery`, no discovery service
// runs.
std::unique_ptr<AgentAuth> LocalAgentAuth(AuthServer& auth, AuditQueue& audit, std::string host_id,
                                          DiscoveryServices* discovery = nullptr);

}  // namespace sallyport
