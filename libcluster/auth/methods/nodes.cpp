// Methods about nodes as resources.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/access/visibility.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libresources/kinds.h"
#include "libresources/kinds/node.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::ServerV2;

constexpr std::string_view kNodesKind = "node";

// Nodes announce themselves periodically; as in Teleport, announcements write no audit events.
Status UpsertNode(AuthServer& auth, ServerV2 node, types::KeepAlive& answer) {
  RETURN_IF_ERROR(CheckResource(node));
  BackendTransaction transaction;
  WriteResource(transaction, node, WriteMode::kUpsert);
  RETURN_IF_ERROR(auth.Commit(std::move(transaction)));
  if (!node.metadata().has_expires()) return {};
  answer.set_type(types::KeepAlive::NODE);
  answer.set_name(node.metadata().name());
  return {};
}

Status GetNode(AuthServer& auth, const RpcCall& call, const std::string& name, ServerV2& answer) {
  auto node = GetResource<ServerV2>(auth.backend(), name);
  const Visibility may_see(call.caller, auth.cluster_name(), kNodesKind);
  if (!node || !may_see(name, LabelsOfNode(*node))) return Fail(ErrorKind::kNotFound, "node \"{}\" is not found", name);
  answer = std::move(*node);
  return {};
}

}  // namespace

void AddNodeMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.AuthService/UpsertNode", RpcAccess::Rule(kNodesKind, {"create", "update"}), kRehearsable},
            [&auth](const RpcCall&, const ServerV2& node, types::KeepAlive& answer) {
              return UpsertNode(auth, node, answer);
            });

  table.Add({"/proto.AuthService/GetNode", RpcAccess::Rule(kNodesKind, {"read"}), kRehearsable},
            [&auth](const RpcCall& call, const types::ResourceInNamespaceRequest& request, ServerV2& answer) {
              return GetNode(auth, call, request.name(), answer);
            });

  table.Add({"/proto.AuthService/DeleteNode", RpcAccess::Rule(kNodesKind, {"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const types::ResourceInNamespaceRequest& request, Empty&) {
              return auth.Remove(call.caller, audit::kNodeDelete, kNodesKind, request.name());
            });
}

WatchedKind NodeWatch() {
  return {.kind = "node", .put = &PutWatched<&proto::Event::mutable_server>, .seen_by_labels_of = "node"};
}

}  // namespace sallyport
