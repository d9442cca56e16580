// Connects to an auth service with an identity, at an address that may be that of the auth service or of a proxy.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "libidentity/identity_file.h"

namespace sallyport {

struct IdentityConnection {
  std::shared_ptr<const RpcOptions> options;  // with the way that works, for streams
  std::unique_ptr<RpcClient> client;
};

// Connects. Only an auth service has a certificate of the cluster, so the address is first taken for its; a proxy
// forwards connections that name the auth service. `program` is for the user agent. Fails as RpcClient::Connect does,
// and with kBadParameter for a certificate or an address that cannot be read.
Result<IdentityConnection> ConnectWithIdentity(const IdentityFile& identity, const std::string& address,
                                               std::string_view program, const NetworkSettings& network);

}  // namespace sallyport
