// Methods about databases as resources.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/labelled_kind.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::DatabaseV3;

constexpr std::string_view kKind = "db";

Status ListDatabases(AuthServer& auth, const RpcCall& call, const proto::ListDatabasesRequest& request,
                     proto::ListDatabasesResponse& answer) {
  ASSIGN_OR_RETURN(auto page, ListPage<DatabaseV3>(auth.backend(), kKind, request.page_token(), request.page_size()));
  const Visibility may_see(call.caller, auth.cluster_name(), kKind);
  for (auto& database : page.first) {
    if (may_see(NameOf(database), LabelsOf(database))) *answer.add_databases() = std::move(database);
  }
  answer.set_next_page_token(page.second);
  return {};
}

}  // namespace

void AddDatabaseMethods(RpcTable& table, AuthServer& auth) {
  table.Add<proto::ListDatabasesRequest, proto::ListDatabasesResponse>(
      "/proto.AuthService/ListDatabases", RpcAccess::Rule(kKind, {"list", "read"}),
      [&auth](const RpcCall& call, const proto::ListDatabasesRequest& request, proto::ListDatabasesResponse& answer) {
        return ListDatabases(auth, call, request, answer);
      });
  table.Add<types::ResourceRequest, DatabaseV3>(
      "/proto.AuthService/GetDatabase", RpcAccess::Rule(kKind, {"read"}),
      [&auth](const RpcCall& call, const types::ResourceRequest& request, DatabaseV3& answer) -> Status {
        ASSIGN_OR_RETURN(answer, GetLabelled<DatabaseV3>(auth, call.caller, kKind, request.name()));
        return {};
      });
  table.Add<DatabaseV3, Empty>("/proto.AuthService/CreateDatabase", RpcAccess::Rule(kKind, {"create"}),
                               [&auth](const RpcCall& call, const DatabaseV3& database, Empty&) {
                                 return WriteLabelled(auth, call.caller, audit::kDatabaseCreate, kKind, database,
                                                      WriteMode::kCreate);
                               });
  table.Add<DatabaseV3, Empty>("/proto.AuthService/UpdateDatabase", RpcAccess::Rule(kKind, {"update"}),
                               [&auth](const RpcCall& call, const DatabaseV3& database, Empty&) {
                                 return WriteLabelled(auth, call.caller, audit::kDatabaseUpdate, kKind, database,
                                                      WriteMode::kUpdate);
                               });
  table.Add<types::ResourceRequest, Empty>("/proto.AuthService/DeleteDatabase", RpcAccess::Rule(kKind, {"delete"}),
                                           [&auth](const RpcCall& call, const types::ResourceRequest& request, Empty&) {
                                             return RemoveLabelled<DatabaseV3>(
                                                 auth, call.caller, audit::kDatabaseDelete, kKind, request.name());
                                           });
}

}  // namespace sallyport
