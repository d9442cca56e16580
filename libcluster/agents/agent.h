// An agent of a cluster on other hosts: joins the cluster, keeps a tunnel to the proxy, and serves this host as a node,
// or the Kubernetes clusters that this host can reach.
#pragma once

#include <memory>
#include <string>

#include "libbase/error.h"
#include "libclient/environment.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {

class Agent {
 public:
  struct Environment {
    std::string hostname;
    std::string kubernetes_service_host;  // KUBERNETES_SERVICE_HOST, in a pod
    std::string kubernetes_service_port;
    std::string ssl_cert_file;  // SSL_CERT_FILE: authorities instead of the system's
    std::string
        kubernetes_token_path;  // KUBERNETES_TOKEN_PATH: the token of the pod's service account; empty: the usual
    bool insecure = false;      // accept any certificate of the proxy while joining
    // Reads other variables, those of clouds; null: there are none.
    EnvironmentReader variable = nullptr;
  };
  // Joins if necessary and connects; waits until the proxy is available.
  static Result<std::unique_ptr<Agent>> Start(const TeleportConfig& config, const Environment& environment);
  // Withdraws its announcements and ends connections.
  ~Agent();

  const std::string& cluster_name() const;

  struct State;

 private:
  explicit Agent(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
