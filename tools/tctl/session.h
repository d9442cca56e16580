// The connection of a tctl command to the auth service, and where it comes from.
#pragma once

#include <memory>
#include <string>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "tools/shell/command.h"

namespace sallyport {

// Connects with the first of these that the command line or this host gives: an identity file with --auth-server; the
// data directory of --data-dir, of the configuration file, or of the default one. Errors name the one that was used.
Result<std::unique_ptr<RpcClient>> ConnectToAuth(const Invocation& invocation);

}  // namespace sallyport
