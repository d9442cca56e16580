// The connection of a tctl command to the auth service, and the source of its credentials.
#pragma once

#include <memory>
#include <string>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "tools/shell/command.h"

namespace sallyport {

// The options of every command of tctl.
struct TctlOptions {
  std::string config;
  std::string data_dir;
  std::string auth_server;
  std::string identity;
  bool insecure = false;
  bool debug = false;
};

// Connects with the first source of a table that the command line or this host has: an identity file; the data
// directory of an auth service on this host (--data-dir, --config, /etc/teleport.yaml); the login of tsh; the default
// data directory. Errors name the source that was used.
Result<std::unique_ptr<RpcClient>> ConnectToAuth(const Invocation& invocation);

}  // namespace sallyport
