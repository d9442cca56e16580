// The agent's side of the tunnel: one call to the proxy, reopened after restarts of either side, and a call for each
// connection that the proxy dials (proto/sallyport/v1/tunnel_service.proto).
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

  // Returns the keys of the user CA that the proxy sent last: lines of authorized_keys.
  std::vector<std::string> UserAuthorityKeys() const;
  // Returns the options for other calls to the cluster.
  std::shared_ptr<const RpcOptions> connection() const;
  // Uses this identity for new calls; open calls continue.
  Status Use(const HostIdentity& identity);
  // Routes dials to these services, which must live until Stop, and reopens the call whenever it breaks. Notifies the
  // services when the proxy then sends other keys of the user CA.
  void Serve(RunningServices& services);

  // Announces the end to the proxy, refuses dials, cuts connections that EndAll does not end, and waits until the agent
  // has ended the others; cuts the rest after some seconds. Does not use the services afterwards.
  void Stop();

  // Sends an announcement (with its kind set) now and after each reopening of the call, until a later announcement of
  // the same kind replaces it.
  void Announce(const v1::AgentMessage& announcement);
  // Queues a message. Fails with kLimitExceeded when too many wait for the call to be reopened.
  Status Send(const v1::AgentMessage& message);

 private:
  struct State;
  explicit TunnelClient(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
