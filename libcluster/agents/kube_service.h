// The kubernetes_service of an agent: requests come from the proxy, which has decided them, and go on to the API server
// with the credentials that are here.
#pragma once

#include <memory>
#include <string>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/auth_client/agent_auth.h"
#include "libcluster/config/teleport_config.h"
#include "libcluster/kube/upstream.h"
#include "libcluster/net/event_loop.h"
#include "libmachine/host_identity.h"

namespace sallyport {

class KubeAgent {
 public:
  // Reads what the configuration names and announces it. Everything given must outlive the agent. Fails as KubeOf does.
  static Result<std::unique_ptr<KubeAgent>> Start(EventLoop& loop, AgentAuth& auth, const HostIdentity& identity,
                                                  const TeleportConfig& config, const PodEnvironment& pod);
  // Withdraws what was announced.
  ~KubeAgent();

  // From now on connections are served with this identity's certificate.
  Status Use(const HostIdentity& identity);
  // Opens a connection for the proxy's requests to a cluster, of which it knows these labels. kNotFound; kAccessDenied
  // when the cluster has others. Safe from several threads.
  Result<UniqueFd> Dial(const std::string& cluster, const Labels& labels);

  struct State;

 private:
  explicit KubeAgent(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
