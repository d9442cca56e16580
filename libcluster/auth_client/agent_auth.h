// The auth service's interface for agents, in the same process or over a connection that the agent opened.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/stop_signal.h"
#include "libcluster/auth/audit/audit.h"
#include "libcluster/auth_client/discovery_auth.h"
#include "libcluster/auth_client/recording_sink.h"
#include "libidentity/keys.h"
#include "libresources/matching/labels.h"

namespace sallyport::v1 {
class AgentMessage;
class FollowedKubeClusters;
}  // namespace sallyport::v1

namespace sallyport {

struct HostKey {
  PrivateKey key;
  std::string certificate;  // a line
};

// Safe from several threads. Calls may block.
class AgentAuth {
 public:
  virtual ~AgentAuth() = default;
  virtual const std::string& cluster_name() const = 0;
  // Returns the keys that sign the SSH certificates of users, as lines of authorized_keys.
  virtual Result<std::vector<std::string>> UserAuthorityKeys() = 0;
  // Returns the key of this host's SSH server and its certificate, which has `principals` beside the host's own.
  virtual Result<HostKey> HostKeyFor(const std::string& node_name, const std::vector<std::string>& principals) = 0;
  // Announces this host's node, or all of its Kubernetes clusters, in place of earlier announcements of that kind.
  // Announced resources exist until their expiry. Fails with kNotImplemented for other kinds.
  virtual Status Announce(const v1::AgentMessage& announcement) = 0;
  virtual Status Withdraw(const std::string& node_name) = 0;
  // Gives `take` the kube_cluster resources that one of the selectors matches, with their secrets, then each change,
  // until the stop. Fails with kInterrupted after the stop, with kConnectionProblem and kLimitExceeded when the caller
  // is to begin again, and with kAccessDenied when the host has not joined as Kube.
  using TakeKubeClusters = std::function<void(const v1::FollowedKubeClusters& changes)>;
  virtual Status FollowKubeClusters(const std::vector<LabelSelector>& selectors, const TakeKubeClusters& take,
                                    const StopSignal& stop) = 0;
  // Returns the calls of a discovery service of a group ("" for none). Outlives no part of the agent. Fails with
  // kNotImplemented where there are none.
  virtual Result<std::unique_ptr<DiscoveryAuth>> OpenDiscovery(const std::string& /*group*/) {
    return Fail(ErrorKind::kNotImplemented, "a discovery service is not implemented here");
  }
  // Queues an event for the audit log; does not block. Fails when the queue is full.
  virtual Status Emit(const AuditEvent& event) = 0;
  // Starts the upload of a session's recording, or resumes an interrupted upload (not ""). Fails with kNotFound when
  // that upload no longer exists.
  virtual Result<std::unique_ptr<RecordingSink>> OpenRecording(const std::string& session_id,
                                                               const std::string& upload_id) = 0;
};

}  // namespace sallyport
