// A running discovery service: looks for clusters in clouds periodically, and keeps the kube_cluster resources of its
// group like what it has found (docs/discovery.md).
#pragma once

#include <memory>
#include <string>

#include "libbase/error.h"
#include "libclient/environment.h"
#include "libcluster/auth_client/discovery_auth.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {

class Discovery {
 public:
  struct Parts {
    std::unique_ptr<DiscoveryAuth> auth;
    TeleportConfig::Discovery config;
    std::string hostname;
    EnvironmentReader environment;  // credentials and endpoints of the clouds, HTTPS_PROXY and its like
  };
  // Starts the threads of the service. Fails with kBadParameter when the environment contradicts itself; what the
  // clouds and the auth service refuse is reported and tried again.
  static Result<std::unique_ptr<Discovery>> Start(Parts parts);
  // Stops, and waits for the call that runs. What was found stays.
  ~Discovery();

  class State;

 private:
  explicit Discovery(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace sallyport
