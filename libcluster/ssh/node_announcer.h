// Announces the node again and again, so that clients find it; without announcements the node's resource expires.
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

// Returns the resource of a node with the present values of its command labels.
types::ServerV2 NodeResource(const SshNodeOptions& options, const CommandLabels& commands);

class NodeAnnouncer {
 public:
  // Announces at once, after a change of a label (checked every five seconds), and periodically. The arguments must
  // outlive the object.
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
  std::chrono::steady_clock::time_point next_;  // the next announcement, changed or not
  std::optional<RepeatedWork> announcing_;
};

}  // namespace sallyport
