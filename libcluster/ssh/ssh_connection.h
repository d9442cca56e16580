// One SSH connection to a node: its user, the user's permit, its sshd, and its end. Internal to libcluster.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libbase/mutex.h"
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
    std::string sftp_command;  // sshd's command for file transfer; empty: none
    Sshd sshd;
  };
  // `line` is a second descriptor of the client's side, to end the connection by.
  SshConnection(AgentAuth& auth, const SshNodeOptions& node, Parts parts, UniqueFd line);
  ~SshConnection();  // removes its directory

  const std::string& id() const { return parts_.dial.id; }
  const SshDial& dial() const { return parts_.dial; }
  pid_t sshd() const { return parts_.sshd.process().pid(); }
  // Returns whether a session's command is sshd's command for file transfer.
  bool IsSftp(const std::string& command) const { return !command.empty() && command == parts_.sftp_command; }
  AgentAuth& auth() const { return auth_; }
  const SshNodeOptions& node() const { return node_; }

  // Watches the connection until sshd ends or End is called.
  asio::awaitable<void> Watch();

  // Returns the lines of a principals file (sshd(8)) for a certificate; "" when the user may not log in with it: the
  // certificate must be of the connection's user, for a permitted login.
  std::string PrincipalsOf(const LoginQuestion& question);
  // Records the login upon the first session, which has the system user `uid`. Returns false when no login was
  // permitted, or another user.
  bool Accept(uid_t uid);
  // Returns the login that sshd accepted; "" before.
  std::string Login() const;
  // Returns the shell of the login, from the system's user database.
  std::string Shell() const;
  // Ends the connection and shows `reason` to the user.
  void End(const std::string& reason);
  // Returns the reason passed to End, or "".
  std::string EndReason() const;

  // Returns an event with this connection's user, node and addresses.
  AuditEvent Event(const AuditType& type) const;
  // Writes events of the audit log; failures are logged.
  void Emit(const AuditEvent& event) const;

  // Records that a session has started; the connection's bytes are audited with the first session.
  void Began(const std::string& session_id);
  // Writes the event of the connection's traffic, unless no login was accepted.
  void EmitTraffic(const SshTraffic& traffic) const;

  // Calls the listener upon End, as long as the caller holds it.
  using Listener = std::shared_ptr<std::function<void(const std::string& reason)>>;
  void Listen(const Listener& listener);

 private:
  asio::awaitable<void> ReadLog();
  asio::awaitable<void> UntilProcessEnds();
  asio::awaitable<void> UntilEnded();
  void HandleLogEvent(const SshdEvent& event);
  std::string Refuse(const LoginQuestion& question, const std::string& reason);

  AgentAuth& auth_;
  const SshNodeOptions& node_;
  Parts parts_;
  mutable Mutex mutex_;
  UniqueFd line_ GUARDED_BY(mutex_);
  std::optional<LoginQuestion> asked_ GUARDED_BY(mutex_);  // the pending login
  bool permitted_ GUARDED_BY(mutex_) = false;              // the pending login is permitted
  bool accepted_ GUARDED_BY(mutex_) = false;               // sshd accepted the login
  int told_refusals_ GUARDED_BY(mutex_) = 0;               // refusals that sshd will log as well
  std::string session_id_ GUARDED_BY(mutex_);
  std::string end_reason_ GUARDED_BY(mutex_);
  std::vector<std::weak_ptr<std::function<void(const std::string&)>>> listeners_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
