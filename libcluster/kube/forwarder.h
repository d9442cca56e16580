// Kubernetes access: ends the client's TLS, has each request decided (libcluster/kube/decider.h), and passes it on to
// the API server as the user that the roles allow. Bodies are streamed in both directions and never collected, except
// lists that must be filtered; upgrades (exec, attach, port-forward) become tunnels.
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
  std::shared_ptr<ServerTls> tls;  // by the host CA, asking for client certificates
  std::vector<KubeUpstream> upstreams;
  // Returns how the API server of a cluster is reached that an agent serves. May be empty.
  std::function<KubeUpstream(const KubeClusterInfo& cluster)> upstream_of_agent;
  // Hears of each caller whose certificate was accepted, and of the address. May be empty.
  std::function<void(const std::string& remote_address, const std::string& caller)> known_caller;
};

class KubeForwarder {
 public:
  // `loop` and `threads` must outlive it. `threads` run credential plugins and dial agents; they must end before `loop`
  // goes.
  static Result<std::unique_ptr<KubeForwarder>> Create(EventLoop& loop, ThreadPool& threads,
                                                       std::unique_ptr<KubeDecider> decider,
                                                       KubeForwarderOptions options);
  ~KubeForwarder();  // ends running credential plugins

  // From now on connections are served with this TLS; those that are open go on. Safe from several threads.
  void UseTls(std::shared_ptr<ServerTls> tls);

  // Takes a connection whose TLS has not begun; `cluster` when it is for one cluster alone.
  void HandleConnection(IncomingConnection connection, std::string cluster = {});

  struct State;

 private:
  explicit KubeForwarder(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
