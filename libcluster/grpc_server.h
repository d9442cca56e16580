// The gRPC side of the cluster: connections that a listener accepted are handed in as descriptors, with nothing read
// from them; gRPC does TLS on them and each call runs a row of an RpcTable on a thread pool.
//
// The client certificate is asked for and not verified here: the caller's certificate chain goes to `authenticate`,
// which decides, and whose refusal is the answer. Wire facts: auth-api section 1 (metadata "version", keepalive,
// sizes).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/rpc_table.h"

namespace sallyport {

struct GrpcServerOptions {
  std::string certificate_pem;  // the server's chain
  std::string private_key_pem;
  // Decides who a call comes from. `chain_pem` is empty when no certificate was shown; `peer` is the address.
  std::function<Result<std::shared_ptr<const Caller>>(const std::vector<std::string>& chain_pem,
                                                      const std::string& peer)>
      authenticate;
  // Says no when the caller may not use the row. Runs after authenticate and before the handler.
  std::function<Status(const RpcMethod&, const RpcCall&)> authorize;
  // Refuses a client by its version metadata.
  std::function<Status(const std::string& client_version)> check_version;
};

class GrpcServer {
 public:
  virtual ~GrpcServer() = default;
  // Takes a connected socket: non-blocking, TLS not yet begun. The peer's address is the socket's.
  virtual void HandleConnection(UniqueFd socket) = 0;
  // Refuses new calls, lets running ones end within a second, and stops.
  virtual void Stop() = 0;
};

// The table must outlive the server.
Result<std::unique_ptr<GrpcServer>> StartGrpcServer(const RpcTable& table, GrpcServerOptions options);

}  // namespace sallyport
