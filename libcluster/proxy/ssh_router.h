// From a target's name to a connection: which node is meant, what its user may do there, and which agent serves it.
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

// A node that may be dialled: what to dial, and which agent.
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

  // Finds "HOST:PORT" of `cluster` ("" is this one) and decides. Fails as MatchNode and PermitSsh do, with
  // kAccessDenied for a host that is locked, kBadParameter for no target, kConnectionProblem when the node's agent is
  // not there. Reads the backend. Safe from several threads.
  Result<SshRoute> Route(const std::string& host_port, const std::string& cluster, const Caller& caller);

 private:
  Result<SharedNode> Find(const std::string& host_port);
  Result<SshDial> Decide(const types::ServerV2& node, const Caller& caller) const;

  AuthServer& auth_;
  const FindAgent find_agent_;
};

}  // namespace sallyport
