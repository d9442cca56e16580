// The service of one node: people's SSH connections to this host. The proxy dials; who it dials for is decided before
// an sshd starts for that connection alone, and what it may do is watched until its end (docs/nodes.md).
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
  std::vector<std::string> public_addrs;  // names that its host certificate has beside
  Labels labels;
  std::vector<CommandLabel> commands;
  bool port_forwarding = true;
  bool copy_files = true;
  bool x11 = true;
  std::string recordings_dir;  // where recordings wait for the auth service
  std::string hooks_file;      // where the library that sshd loads is put
};

struct TeleportConfig;
// Returns what a configuration says of the node on this host.
SshNodeOptions NodeOptionsOf(const TeleportConfig& config, const std::string& host_id, const std::string& hostname);

class SshNode : public SshAgent {
 public:
  // Makes host keys, announces the node and keeps it announced. Everything given must outlive the node. kNotFound when
  // sshd is not installed.
  static Result<std::unique_ptr<SshNode>> Start(EventLoop& loop, AgentAuth& auth, SshNodeOptions options);
  // Ends all connections and withdraws the node.
  ~SshNode() override;

  // Takes the host's key and the authorities of users anew, for connections that begin later.
  Status RenewKeys();

  // kAccessDenied when the node has other labels now than those by which the proxy decided.
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
