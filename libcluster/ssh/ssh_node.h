// The SSH service of one node. For each connection that the proxy dials, the user is authorized before an sshd of its
// own starts; the connection is watched until its end (docs/nodes.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/auth_client/agent_auth.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/ssh/command_labels.h"
#include "libcluster/ssh/ssh_agent.h"
#include "libresources/matching/labels.h"

namespace sallyport {

struct SshNodeOptions {
  std::string host_id;
  std::string hostname;                   // the nodename
  std::vector<std::string> public_addrs;  // further names of its host certificate
  Labels labels;
  std::vector<CommandLabel> commands;
  bool port_forwarding = true;
  bool copy_files = true;
  bool x11 = true;
  std::string recordings_dir;  // the spool of recordings for the auth service
  std::string hooks_file;      // the path of the library that sshd loads
};

struct TeleportConfig;
// Returns the options of this host's node from a configuration.
SshNodeOptions NodeOptionsOf(const TeleportConfig& config, const std::string& host_id, const std::string& hostname);

class SshNode : public SshAgent {
 public:
  // Makes host keys, announces the node and keeps it announced. The arguments must outlive the node. Fails with
  // kNotFound when sshd is not installed.
  static Result<std::unique_ptr<SshNode>> Start(EventLoop& loop, AgentAuth& auth, SshNodeOptions options);
  // Ends all connections and withdraws the node.
  ~SshNode() override;

  // Reloads the host's key and the keys of the user CA, for later connections.
  Status RenewKeys();

  // Fails with kAccessDenied when the node's labels differ from those at the proxy's decision.
  void Dial(const SshDial& dial, const Dialled& done) override;
  void Carried(const std::string& id, const SshTraffic& traffic) override;
  void End(const std::string& id, const std::string& reason) override;
  bool IsThere() const override { return true; }
  void EndAll(const std::string& reason);

  struct State;

 private:
  explicit SshNode(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace sallyport
