// The agent's side of the tunnel: one call to the proxy that is kept open through restarts of either side, and a call
// for each connection that the proxy asks for (proto/sallyport/v1/tunnel_service.proto).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "libmachine/host_identity.h"

namespace sallyport::v1 {
class AgentMessage;
}

namespace sallyport {

class RunningServices;

struct TunnelOptions {
  HostPort address;  // of the proxy, or of the auth service
  bool through_proxy = true;
  NetworkSettings network;
  std::string hostname;
  std::vector<std::string> services;  // their roles: "Node"
};

class TunnelClient {
 public:
  // Opens the call and waits for the proxy's welcome; fails as RpcClient::Connect does.
  static Result<std::unique_ptr<TunnelClient>> Open(const HostIdentity& identity, TunnelOptions options);
  ~TunnelClient();  // stops

  // Who signs the certificates of the cluster's users, as the proxy said last: lines of authorized_keys.
  std::vector<std::string> UserAuthorityKeys() const;
  // How the cluster is reached, for calls beside the tunnel.
  std::shared_ptr<const RpcOptions> connection() const;
  // From now on calls are made with this identity; those that are open go on.
  Status Use(const HostIdentity& identity);
  // From now on dials go to these services, which must live until Stop, and the call is opened again whenever it
  // breaks; the services are told when the proxy names other keys then that sign users' certificates.
  void Serve(RunningServices& services);

  // Says goodbye, takes no more dials, cuts connections that do not end themselves, and waits until the others have
  // ended, which is the agent's to do; what hangs is cut after some seconds. The services are not used any more then.
  void Stop();

  // Sends an announcement, whose kind is set, now and after each time the call was opened again; a later one of the
  // same kind takes its place.
  void Announce(const v1::AgentMessage& announcement);
  // Queues a message; kLimitExceeded when too many wait for the call to come back.
  Status Send(const v1::AgentMessage& message);

 private:
  struct State;
  explicit TunnelClient(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
