#include "libcluster/agents/agent_service.h"

#include <array>

namespace sallyport {

std::span<const AgentServiceRow> AllAgentServices() {
  static const std::array kServices{SshServiceRow(), KubeServiceRow(), DiscoveryServiceRow()};
  return kServices;
}

}  // namespace sallyport
