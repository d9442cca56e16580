// A bot's cluster on other hosts, asked through its proxy or its auth service.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libbase/mutex.h"
#include "libclient/rpc.h"
#include "libmachine/bot/identity/bot_cluster.h"
#include "libmachine/join_settings.h"

namespace sallyport {

class RemoteCluster : public BotCluster {
 public:
  struct Options {
    JoinSettings join;             // the address, the network, and how the cluster is trusted before joining
    bool use_given_proxy = false;  // TBOT_USE_PROXY_ADDR: write the given address, not the announced one
  };
  explicit RemoteCluster(Options options);
  ~RemoteCluster() override;

  using Connection = std::shared_ptr<RpcClient>;
  // Returns the connection of a caller, which calls share, for programs with calls of their own. Fails as
  // RpcClient::Connect does.
  Result<Connection> Connect(const BotCredentials& as) EXCLUDES(connecting_, mutex_);
  // Makes the next call connect anew.
  void Forget(const Connection& broken) EXCLUDES(mutex_);
  // Returns the options for a stream of a caller.
  Result<RpcOptions> OptionsFor(const BotCredentials& as) EXCLUDES(mutex_);

  Result<proto::Certs> Join(const types::RegisterUsingTokenRequest& request) override;
  Result<proto::Certs> JoinAgain(const BotCredentials& as, const types::RegisterUsingTokenRequest& request) override;
  Result<std::string> KeySuite(const BotCredentials* as) override;
  Result<proto::Certs> IssueUserCerts(const BotCredentials& as, const proto::UserCertsRequest& request) override;
  Result<std::string> IssueHostCertificate(const BotCredentials& as,
                                           const teleport::trust::v1::GenerateHostCertRequest& request) override;
  Result<std::vector<std::string>> ImpersonatedRoles(const BotCredentials& as, const std::string& role) override;
  Result<std::vector<ClusterAuthorities>> Authorities(const BotCredentials& as, const std::string& type) override;
  Result<std::unique_ptr<AuthorityWatch>> WatchAuthorities(const BotCredentials& as) override;
  Result<std::vector<std::string>> LeafClusters(const BotCredentials& as) override;
  Result<ProxyView> Proxy(const BotCredentials& as) override;
  Result<std::vector<KubeClusterItem>> KubeClusters(const BotCredentials& as, const ListFilter& filter) override;
  Result<BotApplication> Application(const BotCredentials& as, const std::string& name) override;
  Status SubmitHeartbeat(const BotCredentials& as,
                         const teleport::machineid::v1::SubmitHeartbeatRequest& request) override;

 private:
  // A connection, and the certificate that it was made with.
  struct Kept {
    std::string certificate;
    Connection connection;
  };
  // The proxy's answer to a ping, and its time.
  struct Found {
    PingAnswer answer;
    std::chrono::steady_clock::time_point at;
  };

  Result<Connection> ConnectOnce(const BotCredentials& as) REQUIRES(connecting_) EXCLUDES(mutex_);
  Result<std::vector<Certificate>> ParsedAuthorities(const std::vector<std::string>& pems) EXCLUDES(mutex_);
  Connection KeptFor(const BotCredentials& as) EXCLUDES(mutex_);
  void Keep(const BotCredentials& as, const Connection& connection) EXCLUDES(mutex_);
  Result<PingAnswer> Find(const HostPort& proxy) EXCLUDES(mutex_);
  bool NeedsUpgrade() EXCLUDES(mutex_);
  Result<HostPort> ProxyAddress(const BotCredentials& as);
  template <typename Answer, typename Request>
  Result<Answer> Call(const BotCredentials& as, std::string_view method, const Request& request);

  const Options options_;
  Mutex connecting_;  // calls that begin together share the connection that the first of them makes
  Mutex mutex_;
  std::vector<std::string> authority_pems_ GUARDED_BY(mutex_);
  std::vector<Certificate> authorities_ GUARDED_BY(mutex_);  // of these texts
  std::vector<Kept> kept_ GUARDED_BY(mutex_);                // the last used one is the last
  std::optional<Found> found_ GUARDED_BY(mutex_);
  std::optional<bool> needs_upgrade_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
