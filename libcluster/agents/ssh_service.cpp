// The ssh_service of an agent: this host as a node of the cluster.
#include <optional>

#include "libcluster/agents/agent_service.h"
#include "libcluster/ssh/ssh_node.h"
#include "libcluster/tunnel/ssh_dial_message.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

class SshService : public AgentService {
 public:
  explicit SshService(std::unique_ptr<SshNode> node) : node_(std::move(node)) {}

  Result<UniqueFd> Dial(const v1::Dial& message) override {
    ASSIGN_OR_RETURN(const SshDial dial, FromMessage(message));
    std::optional<Result<UniqueFd>> answer;  // a node of this process answers at once
    node_->Dial(dial, [&answer](Result<UniqueFd> socket) { answer.emplace(std::move(socket)); });
    return std::move(*answer);
  }

  // The node asks AgentAuth for the host's key.
  Status Use(const HostIdentity& /*identity*/) override { return node_->RenewKeys(); }
  void Carried(const std::string& id, const SshTraffic& traffic) override { node_->Carried(id, traffic); }
  void End(const std::string& id, const std::string& reason) override { node_->End(id, reason); }
  void EndAll(const std::string& reason) override { node_->EndAll(reason); }
  Status UserAuthoritiesChanged() override { return node_->RenewKeys(); }

 private:
  const std::unique_ptr<SshNode> node_;
};

Result<std::unique_ptr<AgentService>> StartSshService(const AgentServiceParts& parts) {
  ASSIGN_OR_RETURN(auto node,
                   SshNode::Start(parts.loop, parts.auth,
                                  NodeOptionsOf(parts.config, parts.identity.host_id, parts.environment.hostname)));
  return std::make_unique<SshService>(std::move(node));
}

}  // namespace

AgentServiceRow SshServiceRow() {
  return {
      .role = "Node",
      .is_enabled = [](const TeleportConfig& config) { return config.ssh.enabled; },
      .answers = [](const v1::Dial& dial) { return dial.has_ssh(); },
      .ends_connections = true,
      .start = StartSshService,
  };
}

}  // namespace sallyport
