// Kubernetes access: ends the client's TLS, decides each request (libcluster/kube/plan.h), and passes it on to the API
// server as the user that the roles allow. Bodies are streamed in both directions and never collected, except lists
// that must be filtered; upgrades (exec, attach, port-forward) become tunnels.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/audit_queue.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/kube/plan.h"
#include "libcluster/kube/upstream.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/net/listener.h"
#include "libcluster/net/tls.h"
#include "libcluster/thread_pool.h"

namespace sallyport {

struct KubeForwarderOptions {
  std::shared_ptr<ServerTls> tls;  // by the host CA, asking for client certificates
  std::vector<KubeUpstream> upstreams;
  std::vector<KubeClusterInfo> clusters;  // names as in `upstreams`, with the labels that roles see
};

class KubeForwarder {
 public:
  // All but `options` must outlive it. `threads` run credential plugins; they must end before `loop` goes.
  static Result<std::unique_ptr<KubeForwarder>> Create(EventLoop& loop, ThreadPool& threads, AuthServer& auth,
                                                       AuditQueue& audit, KubeForwarderOptions options);
  ~KubeForwarder();  // ends running credential plugins

  // Takes a connection whose TLS has not begun.
  void HandleConnection(IncomingConnection connection);

  struct State;

 private:
  explicit KubeForwarder(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
