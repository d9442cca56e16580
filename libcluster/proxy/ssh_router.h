// Routes SSH connections: finds the node of a target, the user's permit for it, and the agent that serves it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libbase/error.h"
#include "libcluster/auth/nodes/node_cache.h"
#include "libcluster/rpc/caller.h"
#include "libcluster/ssh/ssh_agent.h"

namespace sallyport {

class AuthServer;

// A permitted connection to a node: the dial and the agent.
struct SshRoute {
  std::string host_id;
  std::shared_ptr<SshAgent> agent;
  SshDial dial;
};

class SshRouter {
 public:
  // `find_agent` returns the agent of a host, or nullptr. The server must outlive the router.
  using FindAgent = std::function<std::shared_ptr<SshAgent>(const std::string& host_id)>;
  SshRouter(AuthServer& auth, FindAgent find_agent);

  // Finds the node "HOST:PORT" of `cluster` ("" is this cluster) and authorizes the user. Fails as MatchNode and
  // PermitSsh do, with kAccessDenied for a locked host, kBadParameter for an empty target, kConnectionProblem when the
  // node's agent is not connected. Reads the backend. Safe from several threads.
  Result<SshRoute> Route(const std::string& host_port, const std::string& cluster, const Caller& caller);

 private:
  Result<SharedNode> Find(const std::string& host_port);
  Result<SshDial> Decide(const types::ServerV2& node, const Caller& caller) const;

  AuthServer& auth_;
  const FindAgent find_agent_;
};

}  // namespace sallyport
