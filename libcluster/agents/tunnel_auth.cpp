#include "libcluster/agents/tunnel_auth.h"

#include "libcluster/agents/discovery/remote_discovery.h"
#include "libcluster/agents/kube_cluster_call.h"
#include "libcluster/agents/recording_call.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {

Status TunnelAuth::Use(const HostIdentity& identity) {
  HostKey host;
  ASSIGN_OR_RETURN(host.key, ParsePrivateKeyPem(identity.credentials.private_key.Reveal()));
  host.certificate = identity.credentials.ssh_certificate;
  const MutexLock lock(mutex_);
  host_ = std::move(host);
  return {};
}

Result<std::vector<std::string>> TunnelAuth::UserAuthorityKeys() { return tunnel_.UserAuthorityKeys(); }

Result<HostKey> TunnelAuth::HostKeyFor(const std::string& /*node_name*/,
                                       const std::vector<std::string>& /*principals*/) {
  const MutexLock lock(mutex_);
  return host_;
}

Status TunnelAuth::Announce(const v1::AgentMessage& announcement) {
  if (announcement.message_case() == v1::AgentMessage::MESSAGE_NOT_SET) {
    return Fail(ErrorKind::kNotImplemented, "announcements of this kind are not implemented");
  }
  tunnel_.Announce(announcement);
  return {};
}

Status TunnelAuth::Withdraw(const std::string& /*node_name*/) { return {}; }  // the tunnel's end does it

Status TunnelAuth::FollowKubeClusters(const std::vector<LabelSelector>& selectors, const TakeKubeClusters& take,
                                      const StopSignal& stop) {
  return FollowRemoteKubeClusters(*tunnel_.connection(), selectors, take, stop);
}

Result<std::unique_ptr<DiscoveryAuth>> TunnelAuth::OpenDiscovery(const std::string& /*group*/) {
  return RemoteDiscovery([this] { return tunnel_.connection(); });
}

Status TunnelAuth::Emit(const AuditEvent& event) {
  v1::AgentMessage message;
  message.mutable_event()->set_json(event.ToRecord().json);
  return tunnel_.Send(message);
}

Result<std::unique_ptr<RecordingSink>> TunnelAuth::OpenRecording(const std::string& session_id,
                                                                 const std::string& upload_id) {
  return OpenRecordingCall(*tunnel_.connection(), session_id, upload_id);
}

}  // namespace sallyport
