// Texts for OpenSSH that reaches the nodes of clusters through tbot (docs/protocol/tbot.md#files-for-openssh).
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libmachine/bot/destination/destination.h"
#include "libmachine/bot/identity/bot_cluster.h"

namespace sallyport {

struct SshFileOptions {
  ProxyView proxy;
  std::vector<std::string> clusters;  // the bot's own first
  std::vector<ClusterAuthorities> hosts;
  std::string directory;   // the absolute path of the destination; empty: only known_hosts is written
  std::string executable;  // the absolute path of tbot
};

// Returns known_hosts; for a directory also ssh_config, and both for each cluster alone. Fails with kBadParameter for
// names and paths that the files cannot hold.
Result<std::vector<BotFile>> OpenSshFiles(const SshFileOptions& options);

}  // namespace sallyport
