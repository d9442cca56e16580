// OpenSSH's server for one connection: `sshd -i` on one end of a socket pair, with a configuration for the connection's
// user. sshd_config(5), sshd(8).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/ssh/child_process.h"
#include "libcluster/ssh/ssh_permit.h"

namespace sallyport {

struct SshdOptions {
  std::string directory;            // of this connection
  std::string host_key_file;        // its certificate is beside it, "-cert.pub"
  std::string user_authority_file;  // the keys that sign users' certificates
  std::string hooks;                // the path of the hooks library that sshd loads
  std::string session_socket;       // the agent's socket for the hooks
  std::string agent_user;           // the name of the agent's own user, which runs the principals command
  std::string sftp_command;         // the command for file transfer; empty: none
  SessionSettings settings;
};

// Returns the sshd_config of a connection.
std::string SshdConfig(const SshdOptions& options, const SshPermit& permit);
// Returns whether a login can stand in a principals file without another meaning to sshd.
bool IsPlainLogin(std::string_view login);
// Returns a login's line of a principals file, which only restricts the certificate.
std::string PrincipalLine(const SshPermit& permit, const SshPermit::Login& login);

// A running sshd. The destructor kills it.
class Sshd {
 public:
  // Writes the configuration below `directory` and starts `program`. Fails with kNotFound for a missing program, or
  // kInternal.
  static Result<Sshd> Start(const std::string& program, const SshdOptions& options, const SshPermit& permit);
  UniqueFd& socket() { return socket_; }  // the client's side of the connection, non-blocking
  UniqueFd& log() { return log_; }        // the log of sshd, line by line
  const ChildProcess& process() const { return process_; }
  // Ends sshd; its sessions end with the connection.
  void Kill() { process_.Kill(); }

 private:
  Sshd(ChildProcess process, UniqueFd socket, UniqueFd log)
      : socket_(std::move(socket)), log_(std::move(log)), process_(std::move(process)) {}
  UniqueFd socket_;
  UniqueFd log_;
  ChildProcess process_;
};

// Returns the path of the first of these programs that is installed ("sshd"), in PATH and the directories of servers.
// Fails with kNotFound, which names the package to install.
Result<std::string> FindSshd();
// Returns the command of OpenSSH's SFTP server with its log on stderr; "" when the server is not installed.
std::string FindSftpCommand();

}  // namespace sallyport
