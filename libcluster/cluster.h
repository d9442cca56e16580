// Runs a whole cluster in one process: auth, proxy and Kubernetes service, from a configuration.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

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
    std::string bootstrap_path = {};  // see AuthServerOptions
    std::string startup_path = {};    // of a file that is applied at each start (ReadStartupResources); empty: none
    std::string ssl_cert_file = {};   // SSL_CERT_FILE: authorities of issuers instead of the system's
    // Reads other variables, those of clouds; null: there are none.
    std::function<std::string(std::string_view)> variable = nullptr;
  };
  static Result<std::unique_ptr<Cluster>> Start(const TeleportConfig& config, const Environment& environment);
  // Stops: closes the ports, then ends calls, then writes the queued events.
  ~Cluster();

  // Addresses with their real ports.
  const std::string& proxy_address() const;
  const std::string& auth_address() const;
  const std::string& kube_address() const;  // the proxy's when Kubernetes has no port of its own
  const std::string& cluster_name() const;
  // Returns the proxy's address for people.
  const std::string& public_address() const;
  // Returns whether the cluster has no accounts.
  bool IsNew() const;

  struct State;

 private:
  explicit Cluster(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
