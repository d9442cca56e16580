#include "libcluster/kube/forwarder_state.h"

#include "libcluster/kube/discover.h"

namespace sallyport {

Result<KubeForwarder::State::Upstream> KubeForwarder::State::Make(KubeUpstream upstream) {
  Upstream made;
  ASSIGN_OR_RETURN(made.pool, UpstreamPool::Create(ContextOf(loop), threads, std::move(upstream)));
  made.scopes = MakeApiScopes(made.pool, ContextOf(loop));
  return made;
}

Result<KubeForwarder::State::Upstream> KubeForwarder::State::UpstreamOf(const KubeClusterInfo& cluster) {
  const std::string key = cluster.host_id.empty() ? cluster.name : cluster.host_id + "/" + cluster.name;
  const MutexLock lock(mutex);
  const auto found = upstreams.find(key);
  // The agent accepted the cluster with the earlier labels.
  if (found != upstreams.end() && (cluster.host_id.empty() || found->second.labels == cluster.labels)) {
    return found->second;
  }

  if (!upstream_of_agent)
    return Fail(ErrorKind::kNotFound, "kubernetes cluster \"{}\" is not served by this process", cluster.name);
  ASSIGN_OR_RETURN(Upstream made, Make(upstream_of_agent(cluster)));
  made.labels = cluster.labels;
  upstreams[key] = made;
  return made;
}

}  // namespace sallyport
