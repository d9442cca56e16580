// Nodes. A name means the resource or the host.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/listed_calls.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;

types::ResourceInNamespaceRequest NamedNode(const std::string& name) {
  types::ResourceInNamespaceRequest request;
  request.set_name(name);
  request.set_namespace_("default");
  return request;
}

Status ListNodes(RpcClient& rpc, bool, const MessageSink& sink) {
  return SinkListed(rpc, "node", &proto::PaginatedResource::node, sink);
}

Status GetNodeExactly(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto node, rpc.Call<types::ServerV2>("/proto.AuthService/GetNode", NamedNode(name)));
  return sink(node);
}

// Finds a node by its name or by the name of its host.
Status GetNode(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink) {
  const Status node = GetNodeExactly(rpc, name, with_secrets, sink);
  if (node || node.error().kind != ErrorKind::kNotFound) return node;
  bool found = false;
  RETURN_IF_ERROR(ListNodes(rpc, false, [&](const google::protobuf::Message& one) -> Status {
    if (static_cast<const types::ServerV2&>(one).spec().hostname() != name) return {};
    found = true;
    return sink(one);
  }));
  return found ? Status() : Fail(ErrorKind::kNotFound, "node \"{}\" is not found", name);
}

Status PutNode(RpcClient& rpc, const Resource& resource, const google::protobuf::Message*) {
  RETURN_IF_ERROR(rpc.Call<types::KeepAlive>("/proto.AuthService/UpsertNode", resource.as<types::ServerV2>()));
  return {};
}

Status RemoveNode(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteNode", NamedNode(name)));
  return {};
}

}  // namespace

constinit const KindCalls kNodeCalls{.kind = "node",
                                     .list = ListNodes,
                                     .get = GetNode,
                                     .put = PutNode,
                                     .update = nullptr,
                                     .remove = RemoveNode,
                                     .get_exactly = GetNodeExactly};

}  // namespace sallyport
