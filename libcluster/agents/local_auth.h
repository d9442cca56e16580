// The auth service in this process, as its agents ask it.
#pragma once

#include <memory>
#include <string>

#include "libcluster/auth_client/agent_auth.h"

namespace sallyport {

class AuditQueue;
class AuthServer;

// `host_id` is this process's; server and queue must outlive what is returned.
std::unique_ptr<AgentAuth> LocalAgentAuth(AuthServer& auth, AuditQueue& audit, std::string host_id);

}  // namespace sallyport
