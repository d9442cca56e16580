// Forwards Kubernetes requests: terminates the client's TLS, has each request authorized (libcluster/kube/decider.h),
// and sends it to the API server as the user that the roles allow. Streams bodies in both directions; filters lists on
// the way; upgrades (exec, attach, port-forward) become tunnels.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/kube/decider.h"
#include "libcluster/kube/upstream.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/net/listener.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/net/tls.h"

namespace sallyport {

struct KubeForwarderOptions {
  std::shared_ptr<ServerTls> tls;  // with a certificate of the host CA; requests client certificates
  std::vector<KubeEndpoint> endpoints;
  // Returns the upstream of a cluster that an agent serves. May be empty.
  std::function<KubeUpstream(const KubeClusterInfo& cluster)> upstream_of_agent;
  // Called with each caller whose certificate was accepted, and its address. May be empty.
  std::function<void(const std::string& remote_address, const std::string& caller)> known_caller;
};

class KubeForwarder {
 public:
  // `loop` and `threads` must outlive it. `threads` run credential plugins and dial agents; they must end before `loop`
  // is destroyed.
  static Result<std::unique_ptr<KubeForwarder>> Create(EventLoop& loop, ThreadPool& threads,
                                                       std::unique_ptr<KubeDecider> decider,
                                                       KubeForwarderOptions options);
  ~KubeForwarder();  // ends running credential plugins

  // Serves new connections with this TLS; open connections continue. Safe from several threads.
  void UseTls(std::shared_ptr<ServerTls> tls);

  // Serves a cluster, with new connections when it was served before. Fails with kBadParameter when certificates or
  // keys of the endpoint cannot be used; then nothing changes. Safe from several threads.
  Status Serve(KubeEndpoint endpoint);
  // Serves a cluster no longer: its sessions end within seconds. Safe from several threads.
  void Drop(const std::string& cluster);

  // Serves a connection before its TLS handshake; `cluster` is set for a connection for one cluster alone.
  void HandleConnection(IncomingConnection connection, std::string cluster = {});

  struct State;

 private:
  explicit KubeForwarder(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
