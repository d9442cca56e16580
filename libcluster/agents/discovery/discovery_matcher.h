// The matchers of a discovery service: those of its configuration, and of the discovery_config resources of its group.
#pragma once

#include <string>
#include <vector>

#include "libcluster/config/teleport_config.h"

namespace teleport::discoveryconfig::v1 {
class DiscoveryConfig;
}

namespace sallyport {

struct DiscoveryMatcher {
  TeleportConfig::DiscoveryMatcher wanted;
  std::string config;  // the name of the discovery_config; empty: the process's configuration
};

// Returns the matchers of the configuration.
std::vector<DiscoveryMatcher> StaticMatchers(const TeleportConfig::Discovery& discovery);

// Returns the matchers of a discovery_config that this program serves, and adds what it does not serve to
// `not_served`: "azure: vm".
std::vector<DiscoveryMatcher> MatchersOf(const teleport::discoveryconfig::v1::DiscoveryConfig& config,
                                         std::vector<std::string>& not_served);

// Returns a hexadecimal hash of matchers that does not depend on their order, or on that of their lists. Services of
// one group must have the same.
std::string HashOfMatchers(const std::vector<DiscoveryMatcher>& matchers);

}  // namespace sallyport
