// Methods about the servers that announce applications. They are listed by ListResources.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libresources/kinds.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::AppServerV3;

constexpr std::string_view kAppServerKind = "app_server";

// Several hosts may announce one application.
std::string KindOfHost(std::string_view host_id) { return fmt::format("{}/{}", kAppServerKind, host_id); }

// Servers announce themselves periodically; as in Teleport, announcements write no audit events.
Status Upsert(AuthServer& auth, AppServerV3 server, types::KeepAlive& answer) {
  RETURN_IF_ERROR(CheckResource(server));
  BackendTransaction transaction;
  WriteResource(transaction, KindOfHost(server.spec().hostid()), server, WriteMode::kUpsert);
  RETURN_IF_ERROR(auth.Commit(std::move(transaction)));
  if (!server.metadata().has_expires()) return {};
  answer.set_type(types::KeepAlive::APP);
  answer.set_name(server.metadata().name());
  answer.set_namespace_(server.metadata().namespace_());
  answer.set_hostid(server.spec().hostid());
  *answer.mutable_expires() = server.metadata().expires();
  return {};
}

Status Delete(AuthServer& auth, const proto::DeleteApplicationServerRequest& request) {
  BackendTransaction transaction;
  transaction.Remove(ResourceKey(KindOfHost(request.hostid()), request.name()), true);
  const Status removed = auth.Commit(std::move(transaction));
  if (removed || removed.error().kind != ErrorKind::kNotFound) return removed;
  return Fail(ErrorKind::kNotFound, "app_server \"{}\" is not found", request.name());
}

Status DeleteAll(AuthServer& auth) {
  ASSIGN_OR_RETURN(const auto servers, ListAllResources<AppServerV3>(auth.backend()));
  BackendTransaction transaction;
  for (const auto& server : servers) {
    transaction.Remove(ResourceKey(KindOfHost(server.spec().hostid()), server.metadata().name()), false);
  }
  return auth.Commit(std::move(transaction));
}

}  // namespace

void AddAppServerMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.AuthService/UpsertApplicationServer", RpcAccess::Rule(kAppServerKind, {"create", "update"}),
             kRehearsable},
            [&auth](const RpcCall&, const proto::UpsertApplicationServerRequest& request, types::KeepAlive& answer) {
              return Upsert(auth, request.server(), answer);
            });

  table.Add({"/proto.AuthService/DeleteApplicationServer", RpcAccess::Rule(kAppServerKind, {"delete"}), kRehearsable},
            [&auth](const RpcCall&, const proto::DeleteApplicationServerRequest& request, Empty&) {
              return Delete(auth, request);
            });

  table.Add(
      {"/proto.AuthService/DeleteAllApplicationServers", RpcAccess::Rule(kAppServerKind, {"list", "delete"}),
       kRehearsable},
      [&auth](const RpcCall&, const proto::DeleteAllApplicationServersRequest&, Empty&) { return DeleteAll(auth); });
}

WatchedKind AppServerWatch() {
  return {
      .kind = "app_server", .put = &PutWatched<&proto::Event::mutable_appserver>, .seen_by_labels_of = "app_server"};
}

}  // namespace sallyport
