// The gRPC side of the cluster: a listener passes accepted connections in before any byte is read. The server does TLS
// and HTTP/2 on them, and each call runs a row of an RpcTable on a thread pool.
//
// The server requests the client certificate and does not verify it: `authenticate` checks the caller's chain, and its
// refusal is the answer. Wire facts: metadata "version" both ways, messages of 4 MiB at most, gzip accepted, pings of
// clients each minute answered.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/net/listener.h"
#include "libcluster/rpc/caller.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

struct GrpcServerOptions {
  std::string certificate_pem;  // the server's chain
  std::string private_key_pem;
  // Returns the caller of a certificate chain. `chain_pem` is empty without a certificate; `remote_address` is
  // "192.0.2.1:4711".
  std::function<Result<std::shared_ptr<const Caller>>(const std::vector<std::string>& chain_pem,
                                                      const std::string& remote_address)>
      authenticate;
  // Fails when the caller may not call the method. Runs after authenticate and before the handler.
  std::function<Status(const RpcMethod&, const RpcCall&)> authorize;
  // Refuses a client by its version metadata.
  std::function<Status(const std::string& client_version)> check_version;
};

class GrpcServer {
 public:
  virtual ~GrpcServer() = default;
  // Serves a connection before its TLS handshake.
  virtual void HandleConnection(IncomingConnection connection) = 0;
  // Refuses new calls, lets running ones end within a second, and stops.
  virtual void Stop() = 0;
};

// The table and the loop must outlive the server. Fails with kBadParameter when the certificate cannot be used.
Result<std::unique_ptr<GrpcServer>> StartGrpcServer(EventLoop& loop, const RpcTable& table, GrpcServerOptions options);

}  // namespace sallyport
