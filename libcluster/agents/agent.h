// A process that serves a cluster which runs elsewhere: it joins, keeps a tunnel to the proxy, and serves this host as
// a node, or the Kubernetes clusters that can be reached from here.
#pragma once

#include <memory>
#include <string>

#include "libbase/error.h"
#include "libcluster/config/teleport_config.h"

namespace sallyport {

class Agent {
 public:
  struct Environment {
    std::string hostname;
    std::string kubernetes_service_host;  // KUBERNETES_SERVICE_HOST, in a pod
    std::string kubernetes_service_port;
    std::string ssl_cert_file;  // SSL_CERT_FILE: authorities instead of the system's
    bool insecure = false;      // accept any certificate of the proxy while joining
  };
  // Joins if need be and connects; waits for a proxy that is not there yet.
  static Result<std::unique_ptr<Agent>> Start(const TeleportConfig& config, const Environment& environment);
  // Withdraws what it announced and ends connections.
  ~Agent();

  const std::string& cluster_name() const;

  struct State;

 private:
  explicit Agent(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
