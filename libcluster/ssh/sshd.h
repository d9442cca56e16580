// OpenSSH's server for one connection: `sshd -i` on one end of a socket pair, with a configuration written for whom the
// connection is of. sshd_config(5), sshd(8).
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
  std::string hooks;                // the library of ours that it loads
  std::string session_socket;       // the socket at which that finds the agent
  std::string agent_user;           // the name of the agent's own user, as which it asks
  std::string sftp_command;         // what serves file transfer; empty: nothing
  SessionSettings settings;
};

// Returns the sshd_config of a connection.
std::string SshdConfig(const SshdOptions& options, const SshPermit& permit);
// Whether a login can stand in a principals file, and is nothing else to sshd.
bool IsPlainLogin(std::string_view login);
// Returns a login's line of a principals file: less than the certificate allows, never more.
std::string PrincipalLine(const SshPermit& permit, const SshPermit::Login& login);

// A running sshd. Letting go of it kills it.
class Sshd {
 public:
  // Writes the configuration below `directory` and starts `program`. Fails with kNotFound when there is no such
  // program, or kInternal.
  static Result<Sshd> Start(const std::string& program, const SshdOptions& options, const SshPermit& permit);
  UniqueFd& socket() { return socket_; }  // the client's side of the connection, non-blocking
  UniqueFd& log() { return log_; }        // what sshd logs, line by line
  const ChildProcess& process() const { return process_; }
  // Ends it; what it was serving ends with the connection.
  void Kill() { process_.Kill(); }

 private:
  Sshd(ChildProcess process, UniqueFd socket, UniqueFd log)
      : socket_(std::move(socket)), log_(std::move(log)), process_(std::move(process)) {}
  UniqueFd socket_;
  UniqueFd log_;
  ChildProcess process_;
};

// Returns the path of the first of these programs that is installed ("sshd"), in PATH and where servers are kept;
// kNotFound with what to install.
Result<std::string> FindSshd();
// Returns the command that serves file transfer by OpenSSH's SFTP server, which says on stderr what it does; "" when
// there is none.
std::string FindSftpCommand();

}  // namespace sallyport
