// A whole cluster in one process: auth, proxy and Kubernetes service, from a configuration.
#pragma once

#include <memory>
#include <string>

#include "libbase/error.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {

class Cluster {
 public:
  // Opens the state and serves. `hostname` stands in for names that the configuration leaves out; `environment` has
  // beside it the variables that Kubernetes sets in a pod.
  struct Environment {
    std::string hostname;
    std::string kubernetes_service_host;
    std::string kubernetes_service_port;
    std::string bootstrap_path = {};  // AuthServerOptions has what it is
    std::string startup_path = {};    // of a file that is applied at each start (ReadStartupResources); empty: none
  };
  static Result<std::unique_ptr<Cluster>> Start(const TeleportConfig& config, const Environment& environment);
  // Stops: ports are closed first, then calls end, then what is queued is written.
  ~Cluster();

  // Addresses with their real ports.
  const std::string& proxy_address() const;
  const std::string& auth_address() const;
  const std::string& kube_address() const;  // the proxy's when Kubernetes has no port of its own
  const std::string& cluster_name() const;
  // Where people are told to find the proxy.
  const std::string& public_address() const;
  // Whether nobody has an account yet.
  bool IsNew() const;

  struct State;

 private:
  explicit Cluster(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
