#include "libcluster/agents/discovery/remote_discovery.h"

#include "libbase/mutex.h"
#include "sallyport/v1/discovery.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxListed = 100'000;

// Keeps one connection, until it fails or the host has another identity.
class DiscoveryCalls : public DiscoveryAuth {
 public:
  explicit DiscoveryCalls(std::function<std::shared_ptr<const RpcOptions>()> connection)
      : connection_(std::move(connection)) {}

  Result<v1::SyncDiscoveryResponse> Sync(const v1::SyncDiscoveryRequest& request) override {
    return Call<v1::SyncDiscoveryResponse>("Sync", request);
  }

  Result<std::vector<types::KubernetesClusterV3>> Clusters() override {
    std::vector<types::KubernetesClusterV3> all;
    v1::ListDiscoveredRequest request;
    do {
      ASSIGN_OR_RETURN(auto page, Call<v1::ListDiscoveredResponse>("ListClusters", request));
      for (auto& cluster : *page.mutable_clusters()) all.push_back(std::move(cluster));
      if (all.size() > kMaxListed || (!page.next().empty() && page.next() <= request.start())) {
        return Fail(ErrorKind::kLimitExceeded, "the list of the auth service does not end");
      }
      request.set_start(page.next());
    } while (!request.start().empty());
    return all;
  }

  Status Put(const types::KubernetesClusterV3& cluster) override {
    v1::PutDiscoveredRequest request;
    *request.mutable_cluster() = cluster;
    RETURN_IF_ERROR(Call<v1::PutDiscoveredResponse>("PutCluster", request));
    return {};
  }

  Status Remove(const std::string& name) override {
    v1::RemoveDiscoveredRequest request;
    request.set_name(name);
    RETURN_IF_ERROR(Call<v1::RemoveDiscoveredResponse>("RemoveCluster", request));
    return {};
  }

 private:
  template <typename Response, typename Request>
  Result<Response> Call(std::string_view name, const Request& request) {
    ASSIGN_OR_RETURN(const auto rpc, Connected());
    auto answer = rpc->template Call<Response>(fmt::format("/sallyport.v1.DiscoveryService/{}", name), request);
    if (!answer &&
        (answer.error().kind == ErrorKind::kConnectionProblem || answer.error().kind == ErrorKind::kNotLoggedIn)) {
      const MutexLock lock(mutex_);
      if (rpc_ == rpc) rpc_.reset();
    }
    return answer;
  }

  Result<std::shared_ptr<RpcClient>> Connected() {
    const MutexLock lock(mutex_);
    const auto options = connection_();
    if (rpc_ && options == options_) return rpc_;
    ASSIGN_OR_RETURN(auto opened, RpcClient::Connect(*options));
    rpc_ = std::move(opened);
    options_ = options;
    return rpc_;
  }

  const std::function<std::shared_ptr<const RpcOptions>()> connection_;
  Mutex mutex_;
  std::shared_ptr<RpcClient> rpc_ GUARDED_BY(mutex_);
  std::shared_ptr<const RpcOptions> options_ GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<DiscoveryAuth> RemoteDiscovery(std::function<std::shared_ptr<const RpcOptions>()> connection) {
  return std::make_unique<DiscoveryCalls>(std::move(connection));
}

}  // namespace sallyport
