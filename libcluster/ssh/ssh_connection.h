// One SSH connection to a node: who it is of, what they may do, the sshd that serves it, and its end. Internal to
// libcluster.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libcluster/auth_client/agent_auth.h"
#include "libcluster/net/stream.h"
#include "libcluster/ssh/session_frames.h"
#include "libcluster/ssh/ssh_node.h"
#include "libcluster/ssh/sshd.h"
#include "libcluster/ssh/sshd_log.h"

namespace sallyport {

class SshConnection : public std::enable_shared_from_this<SshConnection> {
 public:
  struct Parts {
    SshDial dial;
    std::string directory;
    std::string sftp_command;  // what sshd runs for file transfer; empty: nothing
    Sshd sshd;
  };
  // `line` is a second descriptor of the client's side, to end the connection by.
  SshConnection(AgentAuth& auth, const SshNodeOptions& node, Parts parts, UniqueFd line);
  ~SshConnection();  // removes its directory

  const std::string& id() const { return parts_.dial.id; }
  const SshDial& dial() const { return parts_.dial; }
  pid_t sshd() const { return parts_.sshd.process().pid(); }
  // Whether a session's command is sshd's for file transfer.
  bool IsSftp(const std::string& command) const { return !command.empty() && command == parts_.sftp_command; }
  AgentAuth& auth() const { return auth_; }
  const SshNodeOptions& node() const { return node_; }

  // Watches it until it is over: sshd ends, or End.
  asio::awaitable<void> Watch();

  // Returns the lines of a principals file (sshd(8)) by which sshd lets a certificate in; "" when the user may not log
  // in with it: it must be of whom the connection is of, for a login that they may use.
  std::string PrincipalsOf(const LoginQuestion& question);
  // Says that a session of a user of the system has begun, so that somebody was let in. Returns false when nobody was,
  // or another user.
  bool Accept(uid_t uid);
  // Returns the login that sshd let in; "" while it has let in none.
  std::string Login() const;
  // Returns the shell of who asks to be let in, as the system has it.
  std::string Shell() const;
  // Ends it; `reason` is shown where the user can see it.
  void End(const std::string& reason);
  // Returns why it was ended from this side, or "".
  std::string EndReason() const;

  // An event of this connection, with who, where and whence.
  AuditEvent Event(const AuditType& type) const;
  // Writes events of the audit log; failures are logged.
  void Emit(const AuditEvent& event) const;

  // Says that a session has begun; the audit log counts the connection's bytes for the first.
  void Began(const std::string& session_id);
  // Tells the audit log what the connection has carried; not of one that let nobody in.
  void EmitTraffic(const SshTraffic& traffic) const;

  // Calls back when the connection is ended from this side. Returns what to forget it by.
  using Listener = std::shared_ptr<std::function<void(const std::string& reason)>>;
  void Listen(const Listener& listener);

 private:
  asio::awaitable<void> ReadLog();
  asio::awaitable<void> UntilProcessEnds();
  asio::awaitable<void> UntilEnded();
  void Hear(const SshdEvent& event);
  std::string Refuse(const LoginQuestion& question, const std::string& reason);

  AgentAuth& auth_;
  const SshNodeOptions& node_;
  Parts parts_;
  mutable std::mutex mutex_;  // of everything below
  UniqueFd line_;
  std::optional<LoginQuestion> asked_;  // who asks to be let in
  bool permitted_ = false;              // they may
  bool accepted_ = false;               // they have been
  int told_refusals_ = 0;               // of which sshd will say something too
  std::string session_id_;
  std::string end_reason_;
  std::vector<std::weak_ptr<std::function<void(const std::string&)>>> listeners_;
};

}  // namespace sallyport
