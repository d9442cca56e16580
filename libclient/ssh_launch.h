// Makes the command lines of OpenSSH's programs, which connect to nodes of one cluster as one login and verify the host
// keys. The configurations of user and host are ignored, and later options cannot weaken the checks: ssh takes the
// first value of an option.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libclient/environment.h"
#include "libclient/session.h"

namespace sallyport {

// The files that ssh reads.
struct SshFiles {
  std::string key;
  std::string certificate;  // empty: beside the key
  std::string known_hosts;  // the host authorities of one cluster, for every name
};

// Finds the files of a session and writes known_hosts beside the profiles, or into the cache for an identity file.
// Fails with kNotLoggedIn (no certificate for SSH), kNotFound (no authorities of that cluster), kBadParameter (a name
// no file can have), and as WriteFile does.
Result<SshFiles> PrepareSshFiles(const Session& session, std::string_view cluster,
                                 const EnvironmentReader& environment);

// Writes a certificate for one login where ssh finds it, and returns the file. Fails as PrepareSshFiles does.
Result<std::string> KeepSshCertificate(const Session& session, std::string_view login, const std::string& certificate,
                                       const EnvironmentReader& environment);

// The node to connect to, and how.
struct SshTarget {
  std::string login;
  std::string host_key_name;               // a required name in the node's certificate; empty: the host given to ssh
  std::vector<std::string> proxy_command;  // words
  bool forward_agent = false;
  bool proxy_hands_over = false;  // the proxy command passes a descriptor instead of carrying the bytes
  bool by_copy_program = false;   // for scp or sftp, whose -l is a limit
};

// Returns the options that must precede all others: "-F", "none", "-o", ... Fails with kBadParameter when a path or
// login has characters that ssh's configuration cannot hold.
Result<std::vector<std::string>> SshOptionWords(const SshFiles& files, const SshTarget& target);

// Returns whether only SshOptionWords may set an option of ssh_config ("UserKnownHostsFile").
bool IsOwnSshOption(std::string_view name);

// Returns a command for ssh_config: quotes every word for the shell and percent signs for ssh.
std::string SshCommandLine(const std::vector<std::string>& words);
// Returns a word for ssh_config, in double quotes; OpenSSH 8.7 and later read its escapes.
std::string SshQuoted(std::string_view word);
// Fails with kBadParameter when ssh, scp and sftp refuse a login (valid_ruser of OpenSSH 9.2 and later).
Status CheckSshLogin(std::string_view login);
// Returns a path for ssh_config, in double quotes. Fails with kBadParameter when the path cannot be written there.
Result<std::string> SshPath(std::string_view path);

// Returns whether a text may be given to ssh as a host and stand in its configuration: letters, digits and "._:-", not
// empty, no "-" at the start.
bool IsPlainHost(std::string_view host);

}  // namespace sallyport
