#include "libcluster/agents/discovery/local_discovery.h"

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/discovery/discovered_clusters.h"
#include "libcluster/auth/discovery/discovery_sync.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

class InProcessDiscovery : public DiscoveryAuth {
 public:
  InProcessDiscovery(AuthServer& auth, DiscoveryServices& services, std::string host_id, std::string group)
      : auth_(auth), services_(services), host_id_(std::move(host_id)), group_(std::move(group)) {
    self_.kind = Caller::Kind::kSystem;
    self_.identity.username = host_id_ + "." + auth.cluster_name();
    self_.identity.groups = {"Discovery"};
  }

  Result<v1::SyncDiscoveryResponse> Sync(const v1::SyncDiscoveryRequest& request) override {
    return SyncDiscovery(auth_, services_, host_id_, request);
  }

  Result<std::vector<types::KubernetesClusterV3>> Clusters() override {
    std::vector<types::KubernetesClusterV3> all;
    std::string start;
    do {
      ASSIGN_OR_RETURN(auto page, ListDiscovered(auth_.backend(), group_, start));
      std::ranges::move(page.first, std::back_inserter(all));
      start = page.second;
    } while (!start.empty());
    return all;
  }

  Status Put(const types::KubernetesClusterV3& cluster) override {
    return PutDiscovered(auth_, self_, group_, cluster);
  }
  Status Remove(const std::string& name) override { return RemoveDiscovered(auth_, self_, group_, name); }

 private:
  AuthServer& auth_;
  DiscoveryServices& services_;
  const std::string host_id_;
  const std::string group_;
  Caller self_;
};

}  // namespace

std::unique_ptr<DiscoveryAuth> LocalDiscovery(AuthServer& auth, DiscoveryServices& services, std::string host_id,
                                              std::string group) {
  return std::make_unique<InProcessDiscovery>(auth, services, std::move(host_id), std::move(group));
}

}  // namespace sallyport
