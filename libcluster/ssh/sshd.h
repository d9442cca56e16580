// OpenSSH's server for one connection: `sshd -i` on one end of a socket pair, with a configuration written for whom the
// connection is of. sshd_config(5), sshd(8).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/ssh/ssh_permit.h"

namespace sallyport {

struct SshdOptions {
  std::string directory;            // of this connection; who logs in must be able to read it
  std::string host_key_file;        // its certificate is beside it, "-cert.pub"
  std::string user_authority_file;  // the keys that sign users' certificates
  std::string forced_command;       // what every session runs instead of what was asked for
  std::string sftp_server;          // the program; empty: no file transfer
  SessionSettings settings;
};

// Returns the sshd_config of a connection.
std::string SshdConfig(const SshdOptions& options, const SshPermit& permit);

// A running sshd. Letting go of it kills it.
class Sshd {
 public:
  // Writes the configuration and the logins' principals below `directory` and starts `program`. Fails with kNotFound
  // when there is no such program, or kInternal.
  static Result<Sshd> Start(const std::string& program, const SshdOptions& options, const SshPermit& permit);
  Sshd(Sshd&&) = default;
  Sshd& operator=(Sshd&&) = delete;
  ~Sshd();

  UniqueFd& socket() { return socket_; }    // the client's side of the connection, non-blocking
  UniqueFd& log() { return log_; }          // what sshd logs, line by line
  UniqueFd& process() { return process_; }  // readable when it has ended (pidfd_open(2))
  // Ends it; what it was serving ends with the connection.
  void Kill();

 private:
  Sshd() = default;
  UniqueFd socket_;
  UniqueFd log_;
  UniqueFd process_;
};

// Returns the path of the first of these programs that is installed ("sshd"), in PATH and where servers are kept;
// kNotFound with what to install.
Result<std::string> FindSshd();
// Returns the path of OpenSSH's SFTP server; "" when there is none.
std::string FindSftpServer();

}  // namespace sallyport
