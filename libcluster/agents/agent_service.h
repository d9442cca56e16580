// The services of an agent on this host: a table with one row for each service, each in a file of its own
// (*_service.cpp).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/agents/agent.h"
#include "libcluster/auth_client/agent_auth.h"
#include "libcluster/config/teleport_config.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/ssh/ssh_agent.h"
#include "libmachine/host_identity.h"

namespace sallyport::v1 {
class Dial;
}

namespace sallyport {

// A running service. Safe from several threads; only Dial may block. The destructor withdraws the service's
// announcements.
class AgentService {
 public:
  virtual ~AgentService() = default;
  // Opens a connection that the proxy dials, and returns a stream socket, the client's side. Fails with kNotFound; with
  // kAccessDenied when the proxy's decision rests on facts that do not hold on this host.
  virtual Result<UniqueFd> Dial(const v1::Dial& dial) = 0;
  // Uses this identity of the host for new connections.
  virtual Status Use(const HostIdentity& identity) = 0;
  // Reports the traffic of a connection at its end.
  virtual void Carried(const std::string& /*id*/, const SshTraffic& /*traffic*/) {}
  // Ends a connection and tells its user the reason. Ignores ids of other services.
  virtual void End(const std::string& /*id*/, const std::string& /*reason*/) {}
  // Ends all connections in the same way.
  virtual void EndAll(const std::string& /*reason*/) {}
  // Handles new keys of the user CA; AgentAuth has them.
  virtual Status UserAuthoritiesChanged() { return {}; }
};

// The arguments of services. All but the identity, which is the one at the start, outlive the services.
struct AgentServiceParts {
  EventLoop& loop;
  AgentAuth& auth;
  const HostIdentity& identity;
  const TeleportConfig& config;
  const Agent::Environment& environment;
};

struct AgentServiceRow {
  std::string_view role;  // the system role that the host joined with: "Node"
  bool (*is_enabled)(const TeleportConfig& config);
  bool (*answers)(const v1::Dial& dial);
  // EndAll ends its connections with a message to the users; connections of other services are cut when the agent
  // stops.
  bool ends_connections;
  // Starts the configured service and announces it.
  Result<std::unique_ptr<AgentService>> (*start)(const AgentServiceParts& parts);
};

// Returns all rows, which live as long as the program, in the order in which services start.
std::span<const AgentServiceRow> AllAgentServices();

// The rows.
AgentServiceRow SshServiceRow();
AgentServiceRow KubeServiceRow();
AgentServiceRow DiscoveryServiceRow();

}  // namespace sallyport
