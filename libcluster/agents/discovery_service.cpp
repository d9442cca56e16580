// The discovery_service of an agent: finds Kubernetes clusters in clouds. Takes no connections.
#include "libcluster/agents/agent_service.h"
#include "libcluster/agents/discovery/discovery.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

class DiscoveryAgentService : public AgentService {
 public:
  explicit DiscoveryAgentService(std::unique_ptr<Discovery> discovery) : discovery_(std::move(discovery)) {}

  Result<UniqueFd> Dial(const v1::Dial& /*dial*/) override {
    return Fail(ErrorKind::kNotFound, "a discovery service takes no connections");
  }
  // Each call takes the identity that the tunnel has.
  Status Use(const HostIdentity& /*identity*/) override { return {}; }

 private:
  const std::unique_ptr<Discovery> discovery_;
};

Result<std::unique_ptr<AgentService>> StartDiscoveryService(const AgentServiceParts& parts) {
  const auto& config = parts.config;
  ASSIGN_OR_RETURN(auto auth, parts.auth.OpenDiscovery(config.discovery.group));
  ASSIGN_OR_RETURN(auto discovery,
                   Discovery::Start({std::move(auth), config.discovery, config.NodeName(parts.environment.hostname),
                                     parts.environment.variable}));
  return std::make_unique<DiscoveryAgentService>(std::move(discovery));
}

}  // namespace

AgentServiceRow DiscoveryServiceRow() {
  return {
      .role = "Discovery",
      .is_enabled = [](const TeleportConfig& config) { return config.discovery.enabled; },
      .answers = [](const v1::Dial&) { return false; },
      .ends_connections = false,
      .start = StartDiscoveryService,
  };
}

}  // namespace sallyport
