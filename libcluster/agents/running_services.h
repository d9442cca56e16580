// The services of an agent that run: dials find theirs, and what concerns all of them reaches each.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/agents/agent_service.h"

namespace sallyport {

// Safe from several threads, once all have been started.
class RunningServices {
 public:
  // None runs before Start. The rows must outlive this.
  explicit RunningServices(std::span<const AgentServiceRow> rows = AllAgentServices()) : rows_(rows) {}
  RunningServices(const RunningServices&) = delete;
  RunningServices& operator=(const RunningServices&) = delete;
  // Stops the services, the last first.
  ~RunningServices();

  // Starts those that the configuration enables. Once; what had been started when one fails goes with this.
  Status Start(const AgentServiceParts& parts);

  struct Connection {
    UniqueFd socket;
    bool ends_itself = false;  // when the agent stops, by EndAll
  };
  // Opens a connection of the service that answers the dial. kNotFound when none does; fails as AgentService::Dial.
  Result<Connection> Dial(const v1::Dial& dial);
  // Says to the service that answers the dial what the connection has carried.
  void Carried(const v1::Dial& dial, const SshTraffic& traffic);

  // As those of AgentService.
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
