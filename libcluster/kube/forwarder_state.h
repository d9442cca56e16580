// The state that the connections of a forwarder share. Internal to libcluster/kube.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "libbase/mutex.h"
#include "libcluster/kube/decider.h"
#include "libcluster/kube/forwarder.h"
#include "libcluster/kube/request/api_scopes.h"
#include "libcluster/kube/upstream_pool.h"
#include "libcluster/net/caller_account.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/net/unknown_connections.h"

namespace sallyport {

struct KubeForwarder::State {
  State(EventLoop& loop_in, ThreadPool& threads_in, std::unique_ptr<KubeDecider> decider_in,
        KubeForwarderOptions options)
      : loop(loop_in),
        threads(threads_in),
        decider(std::move(decider_in)),
        upstream_of_agent(std::move(options.upstream_of_agent)),
        known_caller(std::move(options.known_caller)),
        tls(std::move(options.tls)) {}
  EventLoop& loop;
  ThreadPool& threads;
  const std::unique_ptr<KubeDecider> decider;
  const std::function<KubeUpstream(const KubeClusterInfo&)> upstream_of_agent;
  const std::function<void(const std::string&, const std::string&)> known_caller;
  struct Upstream {
    std::shared_ptr<UpstreamPool> pool;
    std::shared_ptr<ApiScopes> scopes;
    Labels labels = {};  // of an agent's cluster: the labels that its connections were opened with
  };
  UnknownConnections unknown_connections{BudgetOf(Endpoint::kKubernetes, CallerState::kUnknown)};
  SourceSlots connections{BudgetOf(Endpoint::kKubernetes, CallerState::kKnown).connections_of_one, 0};  // of users
  RateLimiter new_connections{kKubeConnectionRate};                                                     // of users
  CallerAccounts accounts{Endpoint::kKubernetes};  // for bodies read into memory
  Mutex mutex;
  std::shared_ptr<ServerTls> tls GUARDED_BY(mutex);
  std::map<std::string, Upstream> upstreams GUARDED_BY(mutex);  // by cluster, of agents by "HOST_ID/cluster"

  // Returns whether this process still serves a cluster of its own; clusters of agents are for the agents to drop.
  bool Serves(const KubeClusterInfo& cluster) EXCLUDES(mutex) {
    const MutexLock lock(mutex);
    return !cluster.host_id.empty() || upstreams.contains(cluster.name);
  }
  // Returns the TLS for a new connection. Safe from several threads.
  std::shared_ptr<ServerTls> Tls() EXCLUDES(mutex) {
    const MutexLock lock(mutex);
    return tls;
  }
  // Creates the upstream of an API server. Fails with kBadParameter when its certificates or key cannot be used.
  Result<Upstream> Make(KubeUpstream upstream);
  // Returns the upstream of a cluster that the decider has found. Fails with kNotFound for an agent's cluster without
  // upstream_of_agent, and as Make does. Safe from several threads.
  Result<Upstream> UpstreamOf(const KubeClusterInfo& cluster) EXCLUDES(mutex);
};

}  // namespace sallyport
