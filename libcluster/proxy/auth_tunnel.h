// Connects users and bots to the auth service by SSH inside of TLS, as Teleport's tbot and tctl connect through a proxy
// (docs/protocol/auth-tunnel.md).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/net/listener.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/net/tls.h"
#include "libcluster/rpc/caller.h"
#include "libidentity/ssh_certificate.h"

namespace sallyport {

struct AuthTunnelOptions {
  std::shared_ptr<ServerTls> tls;
  // For connections inside of a connection upgrade, whose clients know the cluster's authorities alone.
  std::shared_ptr<ServerTls> inner_tls;
  PrivateKey host_key;
  SshCertificate host_certificate;  // for the names of the proxy

  // Returns the user of a login. Called on the thread pool.
  std::function<Result<std::shared_ptr<const Caller>>(const SshCertificate&, std::string_view login,
                                                      const std::string& remote_address)>
      authenticate;
  // Fails with the reason when the connection of a caller must end.
  std::function<Status(const Caller&)> still_allowed;
  // Opens a connection to the auth service under the client's address.
  std::function<Result<UniqueFd>(const std::string& remote_address)> dial_auth;
};

// Safe from several threads.
class AuthTunnel {
 public:
  // The loop and the threads must outlive the tunnel's connections.
  AuthTunnel(EventLoop& loop, ThreadPool& threads, AuthTunnelOptions options);
  ~AuthTunnel();

  // Serves a connection; `is_inner`: it came out of a connection upgrade.
  void HandleConnection(IncomingConnection connection, bool is_inner);

  struct State;

 private:
  const std::shared_ptr<State> state_;
};

}  // namespace sallyport
