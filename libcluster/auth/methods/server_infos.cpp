// Methods about server_info resources. As in Teleport, their changes write no audit events.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/methods/server_info_service.h"
#include "libcluster/auth/nodes/node_labels.h"
#include "libcluster/net/on_pool.h"
#include "libcluster/rpc/rpc_stream.h"
#include "libresources/kinds.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::ServerInfoV1;

constexpr std::string_view kServerInfoKind = "server_info";

using Messages = RpcMessages<Empty, ServerInfoV1>;

asio::awaitable<Status> SendAll(AuthServer& auth, ThreadPool& threads, Messages messages) {
  const auto request = co_await messages.Read();
  if (!request) co_return std::unexpected(request.error());
  std::function<Result<std::vector<ServerInfoV1>>()> list = [&auth] {
    return ListAllResources<ServerInfoV1>(auth.backend());
  };
  const auto infos = co_await OnPool(threads, std::move(list));
  if (!*infos) co_return std::unexpected(infos->error());
  for (const ServerInfoV1& info : **infos) {
    if (!co_await messages.Write(info)) break;
  }
  co_return Status();
}

}  // namespace

void AddServerInfoMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.AuthService/GetServerInfo", RpcAccess::Rule(kServerInfoKind, {"read"}), kRehearsable},
            [&auth](const RpcCall&, const types::ResourceRequest& request, ServerInfoV1& answer) -> Status {
              ASSIGN_OR_RETURN(answer, GetResource<ServerInfoV1>(auth.backend(), request.name()));
              return {};
            });

  table.Add(
      {"/proto.AuthService/UpsertServerInfo", RpcAccess::Rule(kServerInfoKind, {"create", "update"}), kRehearsable},
      [&auth](const RpcCall&, const ServerInfoV1& requested, Empty&) -> Status {
        ServerInfoV1 info = requested;
        RETURN_IF_ERROR(CheckResource(info));
        return auth.node_labels().Put(std::move(info));
      });

  table.Add({"/proto.AuthService/DeleteServerInfo", RpcAccess::Rule(kServerInfoKind, {"delete"}), kRehearsable},
            [&auth](const RpcCall&, const types::ResourceRequest& request, Empty&) {
              return auth.node_labels().Remove(request.name());
            });
}

void AddServerInfoStream(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth) {
  const auto serve = [&auth, &threads](std::shared_ptr<const RpcStreamCall>,
                                       Messages messages) -> asio::awaitable<Status> {
    co_return co_await SendAll(auth, threads, messages);
  };
  table.AddStream("/proto.AuthService/GetServerInfos", RpcAccess::Rule(kServerInfoKind, {"list", "read"}),
                  StreamHandler<Empty, ServerInfoV1>(loop, serve));
}

}  // namespace sallyport
