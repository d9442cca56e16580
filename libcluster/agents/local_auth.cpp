#include "libcluster/agents/local_auth.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "libcluster/agents/discovery/local_discovery.h"
#include "libcluster/auth/audit/audit_queue.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/trust/system_identity.h"
#include "libcluster/auth/watch/kube_cluster_changes.h"
#include "libcluster/kube/kube_servers.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kNode = "node";

// Uploads a recording to the auth service in this process.
class LocalRecording : public RecordingSink {
 public:
  LocalRecording(AuthServer& auth, std::shared_ptr<RecordingUpload> upload) : auth_(auth), upload_(std::move(upload)) {}

  const std::string& upload_id() const override { return upload_->id(); }
  std::int64_t kept_index() const override { return kept_index_; }
  Status Send(const events::OneOf& event) override {
    RETURN_IF_ERROR(upload_->Append(event));
    if (!upload_->IsFull()) return {};
    ASSIGN_OR_RETURN(kept_index_, upload_->Flush());
    return {};
  }
  Status Listen() override { return {}; }
  Status Complete() override { return auth_.CompleteRecording(*upload_); }

 private:
  AuthServer& auth_;
  const std::shared_ptr<RecordingUpload> upload_;
  std::int64_t kept_index_ = -1;
};

class LocalAuth : public AgentAuth {
 public:
  LocalAuth(AuthServer& auth, AuditQueue& audit, std::string host_id, DiscoveryServices* discovery)
      : auth_(auth), audit_(audit), host_id_(std::move(host_id)), discovery_(discovery) {}

  const std::string& cluster_name() const override { return auth_.cluster_name(); }

  Result<std::vector<std::string>> UserAuthorityKeys() override {
    ASSIGN_OR_RETURN(const CertSigner signer, auth_.authorities().Signer("user"));
    return std::vector<std::string>{signer.ssh_key.public_key().ToAuthorizedKey()};
  }

  Result<HostKey> HostKeyFor(const std::string& node_name, const std::vector<std::string>& principals) override {
    HostKey host;
    ASSIGN_OR_RETURN(host.key, GeneratePrivateKey(KeyAlgorithm::kEd25519));
    HostCertificateRequest request;
    request.role = "Node";
    request.host_id = host_id_;
    request.node_name = node_name;
    request.principals = principals;
    request.ssh_key = host.key.public_key();
    request.tls_key = request.ssh_key;
    ASSIGN_OR_RETURN(const HostCertificates issued, IssueHostCertificates(auth_.authorities(), request));
    host.certificate = issued.ssh;
    return host;
  }

  Status Announce(const v1::AgentMessage& announcement) override {
    if (announcement.has_node()) return auth_.node_labels().Announce(announcement.node());
    if (!announcement.has_kube())
      return Fail(ErrorKind::kNotImplemented, "announcements of this kind are not implemented");
    const auto& servers = announcement.kube().servers();
    return WriteKubeServers(auth_.backend(), host_id_, {servers.begin(), servers.end()});
  }

  Status Withdraw(const std::string& node_name) override {
    BackendTransaction transaction;
    transaction.Remove(ResourceKey(kNode, node_name), false);
    return auth_.backend().Commit(std::move(transaction));
  }

  Status FollowKubeClusters(const std::vector<LabelSelector>& selectors, const TakeKubeClusters& take,
                            const StopSignal& stop) override {
    const auto woken = std::make_shared<UniqueFd>(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    KubeClusterChanges changes(auth_.backend(), selectors, [woken] { ::eventfd_write(woken->get(), 1); });
    while (!stop.stopped()) {
      ASSIGN_OR_RETURN(const v1::FollowedKubeClusters some, changes.Next());
      take(some);
      if (some.changes_size() > 0) continue;

      pollfd waiting[] = {{woken->get(), POLLIN, 0}, {stop.descriptor(), POLLIN, 0}};
      ::poll(waiting, 2, -1);
      eventfd_t count = 0;
      ::eventfd_read(woken->get(), &count);
    }
    return Fail(ErrorKind::kInterrupted, "the process stops");
  }

  Result<std::unique_ptr<DiscoveryAuth>> OpenDiscovery(const std::string& group) override {
    if (discovery_ == nullptr) return AgentAuth::OpenDiscovery(group);
    return LocalDiscovery(auth_, *discovery_, host_id_, group);
  }

  Status Emit(const AuditEvent& event) override {
    if (audit_.Push(event.ToRecord())) return {};
    return Fail(ErrorKind::kLimitExceeded, "the queue of the audit log is full");
  }

  Result<std::unique_ptr<RecordingSink>> OpenRecording(const std::string& session_id,
                                                       const std::string& upload_id) override {
    Recordings& recordings = auth_.recordings();
    ASSIGN_OR_RETURN(auto upload, upload_id.empty() ? recordings.Create(session_id, host_id_)
                                                    : recordings.Resume(session_id, upload_id, host_id_));
    return std::make_unique<LocalRecording>(auth_, std::move(upload));
  }

 private:
  AuthServer& auth_;
  AuditQueue& audit_;
  const std::string host_id_;
  DiscoveryServices* const discovery_;
};

}  // namespace

std::unique_ptr<AgentAuth> LocalAgentAuth(AuthServer& auth, AuditQueue& audit, std::string host_id,
                                          DiscoveryServices* discovery) {
  return std::make_unique<LocalAuth>(auth, audit, std::move(host_id), discovery);
}

}  // namespace sallyport
