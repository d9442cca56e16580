// The requests of a bot to its cluster. RemoteCluster sends them to a real cluster; tests pass another class.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libclient/key_ring.h"
#include "libclient/listing.h"
#include "libclient/web_client.h"
#include "libmachine/bot/identity/credentials.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/machineid/v1/bot_instance.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"

namespace types {
class RegisterUsingTokenRequest;
}

namespace sallyport {

// The proxy of a cluster, as programs that use the written files need it.
struct ProxyView {
  std::string cluster;
  HostPort web;  // the address that the cluster announces, or that the user gave
  bool tls_routing = true;
  bool connection_upgrade = false;  // a load balancer before the proxy ends TLS
  std::string ssh_address;          // HOST:PORT for SSH
  std::string kube_address;         // HOST:PORT for Kubernetes without TLS routing; empty: unknown
};

struct BotApplication {
  std::string name;
  std::string public_address;
};

// Tells when the authorities of a cluster may have changed. For one thread.
class AuthorityWatch {
 public:
  virtual ~AuthorityWatch() = default;
  // Waits for a change, at most so long. Returns whether there may be one. Fails with kConnectionProblem when the watch
  // has ended, also when the program stops.
  virtual Result<bool> Wait(std::chrono::milliseconds time) = 0;
};

// Safe from several threads. Errors are those of the client library (kAccessDenied, kNotFound, kNotLoggedIn,
// kConnectionProblem ...). `as` are the credentials of the caller.
class BotCluster {
 public:
  virtual ~BotCluster() = default;

  // Sends a join request: anonymously, or as a bot that has joined before, which keeps its instance.
  virtual Result<proto::Certs> Join(const types::RegisterUsingTokenRequest& request) = 0;
  virtual Result<proto::Certs> JoinAgain(const BotCredentials& as, const types::RegisterUsingTokenRequest& request) = 0;
  // Returns the name of the cluster's signature algorithm suite; `as` may be null before the bot has joined.
  virtual Result<std::string> KeySuite(const BotCredentials* as) = 0;

  virtual Result<proto::Certs> IssueUserCerts(const BotCredentials& as, const proto::UserCertsRequest& request) = 0;
  virtual Result<std::string> IssueHostCertificate(const BotCredentials& as,
                                                   const teleport::trust::v1::GenerateHostCertRequest& request) = 0;
  // Returns the roles that the role of the bot lets it impersonate.
  virtual Result<std::vector<std::string>> ImpersonatedRoles(const BotCredentials& as, const std::string& role) = 0;
  // Returns the authorities of a type ("host", "user", "db") of all clusters, the bot's own first.
  virtual Result<std::vector<ClusterAuthorities>> Authorities(const BotCredentials& as, const std::string& type) = 0;
  // Begins to watch the authorities of the bot's cluster, of the types above.
  virtual Result<std::unique_ptr<AuthorityWatch>> WatchAuthorities(const BotCredentials& as) = 0;
  virtual Result<std::vector<std::string>> LeafClusters(const BotCredentials& as) = 0;
  virtual Result<ProxyView> Proxy(const BotCredentials& as) = 0;
  virtual Result<std::vector<KubeClusterItem>> KubeClusters(const BotCredentials& as, const ListFilter& filter) = 0;
  virtual Result<BotApplication> Application(const BotCredentials& as, const std::string& name) = 0;
  virtual Status SubmitHeartbeat(const BotCredentials& as,
                                 const teleport::machineid::v1::SubmitHeartbeatRequest& request) = 0;
};

}  // namespace sallyport
