// The running services of an agent: routes each dial to its service, and passes common events to all services.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/agents/agent_service.h"

namespace sallyport {

// Safe from several threads after Start.
class RunningServices {
 public:
  // No service runs before Start. The rows must outlive the object.
  explicit RunningServices(std::span<const AgentServiceRow> rows = AllAgentServices()) : rows_(rows) {}
  RunningServices(const RunningServices&) = delete;
  RunningServices& operator=(const RunningServices&) = delete;
  // Stops the services, the last first.
  ~RunningServices();

  // Starts the enabled services. Call it once; when a service fails to start, the destructor stops the earlier ones.
  Status Start(const AgentServiceParts& parts);

  struct Connection {
    UniqueFd socket;
    bool ends_itself = false;  // when the agent stops, by EndAll
  };
  // Opens a connection of the service for the dial. Fails with kNotFound when no service answers, and as
  // AgentService::Dial does.
  Result<Connection> Dial(const v1::Dial& dial);
  // Reports the connection's traffic to the service of the dial.
  void Carried(const v1::Dial& dial, const SshTraffic& traffic);

  // Call the functions of the same name of each service.
  Status Use(const HostIdentity& identity);
  void End(const std::string& id, const std::string& reason);
  void EndAll(const std::string& reason);
  // A failure is logged.
  void UserAuthoritiesChanged();

 private:
  struct Running {
    const AgentServiceRow* row;
    std::unique_ptr<AgentService> service;
  };
  const Running* Find(const v1::Dial& dial) const;

  const std::span<const AgentServiceRow> rows_;
  std::vector<Running> running_;
};

// Returns the roles of the services that a configuration enables.
std::vector<std::string> RolesOfServices(const TeleportConfig& config);

}  // namespace sallyport
