// Connects to an SSH node: carries bytes through the proxy in a call of teleport.transport.v1.TransportService
// (docs/protocol/services.md#transport). OpenSSH and the node handle the SSH protocol and the access check.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libclient/grpc_stream.h"
#include "libclient/network.h"
#include "libclient/pump.h"
#include "libclient/session.h"

namespace sallyport {

// The node to connect to; the proxy finds it by name, address or UUID.
struct NodeAddress {
  std::string host;
  int port = 0;         // 0: any
  std::string cluster;  // empty: the cluster of the session
};

class NodeConnection {
 public:
  // Connects to the node through the proxy. Fails as TlsStream::Connect does, and with kNotFound (no such node, or the
  // node is offline; with detail kAmbiguousNode when several nodes match), kAccessDenied, kNotLoggedIn.
  static Result<std::unique_ptr<NodeConnection>> Dial(const Session& session, const NetworkSettings& settings,
                                                      std::string_view program, const NodeAddress& address);

  // Carries bytes from `in` to the node and from the node to `out` until one side has ended, or the reader of `out` has
  // closed it. Fails when the cluster ends the connection with a reason, or the network fails.
  Status Relay(int in, int out);

 private:
  NodeConnection() = default;
  Status AwaitNode(Deadline deadline);
  Status Take(const std::string& message);
  Result<bool> Receive(int out);
  void Forward(int in);
  Status Flush();

  std::unique_ptr<Pump> upgrade_;  // set with a load balancer before the proxy
  std::unique_ptr<GrpcStream> call_;
  std::string from_node_;  // not yet written
  bool in_ended_ = false;
  bool out_ended_ = false;
};

}  // namespace sallyport
