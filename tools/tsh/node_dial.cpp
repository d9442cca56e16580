#include "tools/tsh/node_dial.h"

#include "libclient/node_relay.h"
#include "tools/tsh/context.h"
#include "tools/tsh/node_choice.h"

namespace sallyport {
namespace {

// Finds nodes by name, for clusters that cannot resolve a target as their proxy does.
Result<std::vector<Value>> NodesNamed(RpcClient& rpc, const std::string& host) {
  ListFilter filter;
  filter.predicate = fmt::format("name == \"{}\"", host);  // the host is plain
  std::vector<Value> nodes;
  RETURN_IF_ERROR(ListNodes(rpc, filter, [&](const Value& node) -> Status {
    nodes.push_back(node);
    return {};
  }));
  return nodes;
}

// Returns an error with the nodes that share the name; the original error when the cluster does not list them.
Error Ambiguous(const Invocation& invocation, const Session& session, const NodeAddress& address, Error error) {
  const auto rpc = ConnectOf(invocation, session);
  if (!rpc) return error;
  auto nodes = NodesCalled(**rpc, address.host, address.port);
  if (!nodes) nodes = NodesNamed(**rpc, address.host);
  return nodes && nodes->size() > 1 ? SeveralNodes(address.host, *nodes) : error;
}

}  // namespace

Result<std::unique_ptr<NodeConnection>> DialNode(const Invocation& invocation, const Session& session,
                                                 const NodeAddress& address) {
  auto connection = NodeConnection::Dial(session, NetworkOf(invocation), invocation.program->name, address);
  if (connection || connection.error().detail != ErrorDetail::kAmbiguousNode) return connection;
  return std::unexpected(Ambiguous(invocation, session, address, connection.error()));
}

Result<std::string> StartDialling(const Invocation& invocation, const Session& session, const NodeAddress& address) {
  NodeRelayWork work;
  work.dial = [&]() -> Result<NodeRelayWork::Relay> {
    ASSIGN_OR_RETURN(std::shared_ptr<NodeConnection> connection, DialNode(invocation, session, address));
    return [connection](int descriptor) { return connection->Relay(descriptor, descriptor); };
  };
  work.report = [&](const Error& error) { ReportError(*invocation.program, error); };
  return StartNodeRelay(work);
}

}  // namespace sallyport
