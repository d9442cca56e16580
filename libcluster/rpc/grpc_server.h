// The gRPC side of the cluster: connections that a listener accepted are handed in with nothing read from them. The
// server does TLS and HTTP/2 on them, and each call runs a row of an RpcTable on a thread pool.
//
// The client certificate is asked for and not verified here: the caller's certificate chain goes to `authenticate`,
// which decides, and whose refusal is the answer. Wire facts: metadata "version" both ways, messages of 4 MiB at most,
// gzip accepted, pings of clients each minute answered.
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
  // Decides who a call comes from. `chain_pem` is empty when no certificate was shown; `remote_address` is
  // "192.0.2.1:4711".
  std::function<Result<std::shared_ptr<const Caller>>(const std::vector<std::string>& chain_pem,
                                                      const std::string& remote_address)>
      authenticate;
  // Says no when the caller may not use the row. Runs after authenticate and before the handler.
  std::function<Status(const RpcMethod&, const RpcCall&)> authorize;
  // Refuses a client by its version metadata.
  std::function<Status(const std::string& client_version)> check_version;
};

class GrpcServer {
 public:
  virtual ~GrpcServer() = default;
  // Takes a connection whose TLS has not begun.
  virtual void HandleConnection(IncomingConnection connection) = 0;
  // Refuses new calls, lets running ones end within a second, and stops.
  virtual void Stop() = 0;
};

// The table and the loop must outlive the server. Fails with kBadParameter when the certificate cannot be used.
Result<std::unique_ptr<GrpcServer>> StartGrpcServer(EventLoop& loop, const RpcTable& table, GrpcServerOptions options);

}  // namespace sallyport
