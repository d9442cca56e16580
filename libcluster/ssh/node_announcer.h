// Keeps the node's resource alive, so that people find it; it expires by itself when the agent is gone.
#pragma once

#include <memory>
#include <optional>

#include "libbase/repeated_work.h"
#include "libcluster/auth_client/agent_auth.h"
#include "libcluster/ssh/command_labels.h"
#include "libcluster/ssh/ssh_node.h"

namespace types {
class ServerV2;
}

namespace sallyport {

// Returns the resource of a node with the values that its commands have now.
types::ServerV2 NodeResource(const SshNodeOptions& options, const CommandLabels& commands);

class NodeAnnouncer {
 public:
  // Announces at once, then when a label has changed (looked at every five seconds), and again and again. What is given
  // must outlive it.
  static Result<std::unique_ptr<NodeAnnouncer>> Start(AgentAuth& auth, const SshNodeOptions& options,
                                                      const CommandLabels& commands);
  // Withdraws the node.
  ~NodeAnnouncer();

 private:
  NodeAnnouncer(AgentAuth& auth, const SshNodeOptions& options, const CommandLabels& commands)
      : auth_(auth), options_(options), commands_(commands) {}
  Status Announce();
  void AnnounceIfDue();

  AgentAuth& auth_;
  const SshNodeOptions& options_;
  const CommandLabels& commands_;
  std::map<std::string, std::string> announced_values_;
  std::chrono::steady_clock::time_point next_;  // announced then, whether anything has changed or not
  std::optional<RepeatedWork> announcing_;
};

}  // namespace sallyport
