// What a process serves on this host to a cluster that runs elsewhere: one row a service, each in a file of its own
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

// A service that runs. Safe from several threads; nothing but Dial may block. Its destructor withdraws what it has
// announced.
class AgentService {
 public:
  virtual ~AgentService() = default;
  // Opens a connection that the proxy asks for, and returns a stream socket with the client's side of it. kNotFound;
  // kAccessDenied when the proxy has decided by what does not hold here.
  virtual Result<UniqueFd> Dial(const v1::Dial& dial) = 0;
  // From now on what begins has this identity of the host.
  virtual Status Use(const HostIdentity& identity) = 0;
  // Says what a connection has carried, and that nothing follows.
  virtual void Carried(const std::string& /*id*/, const SshTraffic& /*traffic*/) {}
  // Tells the user of a connection why it is about to end, and ends it; of an id that is another service's, nothing.
  virtual void End(const std::string& /*id*/, const std::string& /*reason*/) {}
  // The same for all connections.
  virtual void EndAll(const std::string& /*reason*/) {}
  // Other keys sign the certificates of users now; AgentAuth has them.
  virtual Status UserAuthoritiesChanged() { return {}; }
};

// What services are made of; all of it outlives them but the identity, which is the one of the start.
struct AgentServiceParts {
  EventLoop& loop;
  AgentAuth& auth;
  const HostIdentity& identity;
  const TeleportConfig& config;
  const Agent::Environment& environment;
};

struct AgentServiceRow {
  std::string_view role;  // that the host has joined for: "Node"
  bool (*is_enabled)(const TeleportConfig& config);
  bool (*answers)(const v1::Dial& dial);
  // Whether EndAll ends its connections, with a word to their users; those of other services are cut when the agent
  // stops.
  bool ends_connections;
  // Begins to serve what the configuration says, and announces it.
  Result<std::unique_ptr<AgentService>> (*start)(const AgentServiceParts& parts);
};

// Returns all rows, which live as long as the program, in the order in which services start.
std::span<const AgentServiceRow> AllAgentServices();

// The rows.
AgentServiceRow SshServiceRow();
AgentServiceRow KubeServiceRow();

}  // namespace sallyport
