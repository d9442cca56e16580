// AgentAuth for agents in the auth service's own process.
#pragma once

#include <memory>
#include <string>

#include "libcluster/auth_client/agent_auth.h"

namespace sallyport {

class AuditQueue;
class AuthServer;

// `host_id` is this process's; server and queue must outlive the result.
std::unique_ptr<AgentAuth> LocalAgentAuth(AuthServer& auth, AuditQueue& audit, std::string host_id);

}  // namespace sallyport
