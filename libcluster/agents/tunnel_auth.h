// AgentAuth over an agent's tunnel.
#pragma once

#include <string>

#include "libbase/mutex.h"
#include "libcluster/agents/tunnel_client.h"
#include "libcluster/auth_client/agent_auth.h"
#include "libmachine/host_identity.h"

namespace sallyport {

class TunnelAuth : public AgentAuth {
 public:
  // The tunnel must outlive the object. The host has no key before Use.
  TunnelAuth(std::string cluster, TunnelClient& tunnel) : cluster_(std::move(cluster)), tunnel_(tunnel) {}

  // Sets the host's key. Fails with kBadParameter when the key cannot be read.
  Status Use(const HostIdentity& identity);

  const std::string& cluster_name() const override { return cluster_; }
  Result<std::vector<std::string>> UserAuthorityKeys() override;
  Result<HostKey> HostKeyFor(const std::string& node_name, const std::vector<std::string>& principals) override;
  Status Announce(const v1::AgentMessage& announcement) override;
  Status Withdraw(const std::string& node_name) override;
  Status FollowKubeClusters(const std::vector<LabelSelector>& selectors, const TakeKubeClusters& take,
                            const StopSignal& stop) override;
  Result<std::unique_ptr<DiscoveryAuth>> OpenDiscovery(const std::string& group) override;
  Status Emit(const AuditEvent& event) override;
  Result<std::unique_ptr<RecordingSink>> OpenRecording(const std::string& session_id,
                                                       const std::string& upload_id) override;

 private:
  const std::string cluster_;
  TunnelClient& tunnel_;
  Mutex mutex_;
  HostKey host_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
