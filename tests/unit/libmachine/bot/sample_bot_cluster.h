// A cluster that issues certificates to bots: its authorities, and counters of what it was asked, without a server.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "libidentity/keys.h"
#include "libidentity/ssh_identity.h"
#include "libidentity/x509.h"
#include "libmachine/bot/identity/bot_cluster.h"
#include "teleport/legacy/types/join.pb.h"

namespace sallyport::test {

class SampleBotCluster : public BotCluster {
 public:
  std::atomic<int> watches = 0;
  std::atomic<int> changes = 0;
  std::atomic<bool> can_be_watched = true;
  std::atomic<bool> ends_watches = false;
  std::atomic<bool> loses_answers = false;  // to requests for certificates

  static constexpr const char* kName = "ref.test";

  // The behaviour of the cluster; tests change it between calls.
  std::vector<std::string> roles{"access"};
  std::vector<KubeClusterItem> kube_clusters;
  std::vector<std::string> leaves;
  bool renewable = true;
  Nanoseconds longest_ttl = std::chrono::hours(24);
  ProxyView proxy{kName, {kName, 4080}, true, false, "ref.test:4080", ""};

  // Makes every call fail, or no call.
  void Refuse(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    refuses_ = std::move(error);
  }

  // Counts of the requests.
  std::atomic<int> joins = 0;
  std::atomic<int> rejoins = 0;
  std::atomic<int> issued = 0;
  std::atomic<int> heartbeats = 0;
  proto::UserCertsRequest last_request;
  types::RegisterUsingTokenRequest last_join;
  teleport::trust::v1::GenerateHostCertRequest last_host_request;

  Result<proto::Certs> Join(const types::RegisterUsingTokenRequest& request) override {
    const std::lock_guard lock(mutex_);
    if (refuses_) return std::unexpected(*refuses_);
    ++joins;
    last_join = request;
    generation_ = 1;
    return Issue(IdentityOfBot(), request.publictlskey(), request.publicsshkey(), std::chrono::hours(1));
  }
  Result<proto::Certs> JoinAgain(const BotCredentials&, const types::RegisterUsingTokenRequest& request) override {
    const std::lock_guard lock(mutex_);
    if (refuses_) return std::unexpected(*refuses_);
    ++rejoins;
    last_join = request;
    return Issue(IdentityOfBot(), request.publictlskey(), request.publicsshkey(), std::chrono::hours(1));
  }
  Result<std::string> KeySuite(const BotCredentials*) override {
    const std::lock_guard lock(mutex_);
    if (refuses_) return std::unexpected(*refuses_);
    return std::string("balanced-v1");
  }

  Result<proto::Certs> IssueUserCerts(const BotCredentials&, const proto::UserCertsRequest& request) override {
    const std::lock_guard lock(mutex_);
    if (refuses_) return std::unexpected(*refuses_);
    if (loses_answers) return Fail(ErrorKind::kConnectionProblem, "the answer is lost");
    ++issued;
    last_request = request;
    Identity identity = IdentityOfBot();
    if (request.userolerequests()) {
      identity.groups = {request.rolerequests().begin(), request.rolerequests().end()};
      identity.renewable = false;
      identity.disallow_reissue = !request.reissuableroleimpersonation();
      identity.kubernetes_cluster = request.kubernetescluster();
    } else {
      ++generation_;
      identity.generation = generation_;
    }
    const Time wanted(std::chrono::seconds(request.expires().seconds()));
    return Issue(identity, request.tlspublickey(), request.sshpublickey(), std::min(wanted - Now(), longest_ttl));
  }
  Result<std::string> IssueHostCertificate(const BotCredentials&,
                                           const teleport::trust::v1::GenerateHostCertRequest& request) override {
    last_host_request = request;
    HostSshRequest host;
    host.cluster = kName;
    host.system_role = request.role();
    host.extra_principals = {request.principals().begin(), request.principals().end()};
    host.public_key = ParseAuthorizedKey(request.key()).value().key;
    host.now = Now();
    host.ttl = std::chrono::hours(1);
    return IssueHostSshCertificate(host, host_key_).value().ToAuthorizedKey();
  }

  Result<std::vector<std::string>> ImpersonatedRoles(const BotCredentials&, const std::string& role) override {
    const std::lock_guard lock(mutex_);
    if (refuses_) return std::unexpected(*refuses_);
    if (role != "bot-worker") return Fail(ErrorKind::kNotFound, "no role {}", role);
    return roles;
  }
  Result<std::vector<ClusterAuthorities>> Authorities(const BotCredentials&, const std::string& type) override {
    const std::lock_guard lock(mutex_);
    if (refuses_) return std::unexpected(*refuses_);
    const bool host = type == "host";
    return std::vector<ClusterAuthorities>{{kName,
                                            {(host ? host_key_ : user_key_).public_key().ToAuthorizedKey()},
                                            {host ? host_authority_.ToPem() : user_authority_.ToPem()}}};
  }
  Result<std::unique_ptr<AuthorityWatch>> WatchAuthorities(const BotCredentials&) override {
    ++watches;
    if (!can_be_watched) return Fail(ErrorKind::kNotImplemented, "no watch");
    return std::make_unique<SampleWatch>(*this);
  }
  // Gives the cluster another user authority, and tells the watches of it.
  void ChangeAuthority() {
    const std::lock_guard lock(mutex_);
    user_authority_ = MakeCertificateAuthority(kName, user_key_, Now() + std::chrono::hours(1)).value();
    ++changes;
  }
  Result<std::vector<std::string>> LeafClusters(const BotCredentials&) override { return leaves; }
  Result<ProxyView> Proxy(const BotCredentials&) override { return proxy; }
  Result<std::vector<KubeClusterItem>> KubeClusters(const BotCredentials&, const ListFilter& filter) override {
    std::vector<KubeClusterItem> found;
    for (const auto& item : kube_clusters) {
      const bool fits = std::ranges::all_of(filter.labels, [&](const auto& label) {
        const auto has = item.labels.find(label.first);
        return has != item.labels.end() && has->second == label.second;
      });
      if (fits) found.push_back(item);
    }
    return found;
  }
  Result<BotApplication> Application(const BotCredentials&, const std::string& name) override {
    return BotApplication{name, name + ".ref.test"};
  }
  Status SubmitHeartbeat(const BotCredentials&, const teleport::machineid::v1::SubmitHeartbeatRequest&) override {
    ++heartbeats;
    return {};
  }

  PublicKey host_key() const { return host_key_.public_key(); }
  PublicKey user_key() const { return user_key_.public_key(); }
  std::string host_pem() const { return host_authority_.ToPem(); }
  std::string user_pem() const { return user_authority_.ToPem(); }

  // Returns the identity of the bot, as a join gives it.
  BotCredentials Joined() {
    const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
    return CredentialsOf(key, Issue(IdentityOfBot(), key.public_key().ToPem(), key.public_key().ToAuthorizedKey(),
                                    std::chrono::hours(1)))
        .value();
  }

 private:
  class SampleWatch : public AuthorityWatch {
   public:
    explicit SampleWatch(const SampleBotCluster& cluster) : cluster_(cluster), seen_(cluster.changes) {}
    Result<bool> Wait(std::chrono::milliseconds) override {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (cluster_.ends_watches) return Fail(ErrorKind::kConnectionProblem, "the watch has ended");
      return std::exchange(seen_, cluster_.changes.load()) != cluster_.changes;
    }

   private:
    const SampleBotCluster& cluster_;
    int seen_;
  };

  Identity IdentityOfBot() const {
    Identity identity;
    identity.username = "bot-worker";
    identity.groups = {"bot-worker"};
    identity.principals = {"-teleport-internal-join"};
    identity.teleport_cluster = kName;
    identity.route_to_cluster = kName;
    identity.private_key_policy = "none";
    identity.renewable = renewable;
    identity.generation = generation_;
    identity.bot_name = "worker";
    identity.bot_instance_id = "120db4de-4f3d-4bfb-a240-b6b190f8defb";
    return identity;
  }

  proto::Certs Issue(const Identity& identity, const std::string& tls_key, const std::string& ssh_key,
                     Nanoseconds ttl) const {
    LeafRequest leaf;
    leaf.subject = ToSubject(identity).value();
    leaf.public_key = ParsePublicKeyPem(tls_key).value();
    leaf.not_before = Now() - kClockSkew;
    leaf.not_after = Now() + ttl;
    UserSshRequest ssh;
    ssh.identity = identity;
    ssh.public_key = ParseAuthorizedKey(ssh_key).value().key;
    ssh.now = Now();
    ssh.ttl = ttl;

    proto::Certs certs;
    certs.set_tls(IssueCertificate(leaf, user_authority_, user_key_).value().ToPem());
    certs.set_ssh(IssueUserSshCertificate(ssh, user_key_).value().ToAuthorizedKey() + "\n");
    certs.add_tlscacerts(host_authority_.ToPem());
    certs.add_tlscacerts(user_authority_.ToPem());
    certs.add_sshcacerts(host_key_.public_key().ToAuthorizedKey() + "\n");
    certs.add_sshcacerts(user_key_.public_key().ToAuthorizedKey() + "\n");
    return certs;
  }

  std::mutex mutex_;
  std::optional<Error> refuses_;
  std::uint64_t generation_ = 1;
  const PrivateKey host_key_ = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  const PrivateKey user_key_ = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  const Certificate host_authority_ = MakeCertificateAuthority(kName, host_key_, Now()).value();
  Certificate user_authority_ = MakeCertificateAuthority(kName, user_key_, Now()).value();
};

}  // namespace sallyport::test
