// What OpenSSH's programs are started with, so that they reach nodes of one cluster, as one login, and check that it is
// them. No configuration of the user or the host takes part, and nothing given to ssh later can weaken the checks: ssh
// takes the first value of an option.
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

// Whom to reach, and how.
struct SshTarget {
  std::string login;
  std::string host_key_name;               // a name that the node's certificate must have; empty: the one given to ssh
  std::vector<std::string> proxy_command;  // words
  bool forward_agent = false;
  bool proxy_hands_over = false;  // a descriptor, in place of carrying the bytes itself
  bool by_copy_program = false;   // for scp or sftp, whose -l is a limit
};

// Returns the words that come before all others: "-F", "none", "-o", ... Fails with kBadParameter when a path or login
// has characters that ssh's configuration cannot hold.
Result<std::vector<std::string>> SshOptionWords(const SshFiles& files, const SshTarget& target);

// Returns whether an option of ssh_config ("UserKnownHostsFile") is one that SshOptionWords decides alone.
bool IsOwnSshOption(std::string_view name);

// A command of ssh_config: every word quoted for the shell, and percent signs for ssh.
std::string SshCommandLine(const std::vector<std::string>& words);
// A word for ssh_config, in double quotes; OpenSSH 8.7 and later read the escapes in it.
std::string SshQuoted(std::string_view word);
// kBadParameter when ssh, scp and sftp refuse a login (valid_ruser of OpenSSH 9.2 and later).
Status CheckSshLogin(std::string_view login);
// A path for ssh_config, in double quotes. Fails with kBadParameter when it cannot be written there.
Result<std::string> SshPath(std::string_view path);

// Returns whether a text may be given to ssh as a host and stand in its configuration: letters, digits and "._:-", not
// empty, no "-" at the start.
bool IsPlainHost(std::string_view host);

}  // namespace sallyport
