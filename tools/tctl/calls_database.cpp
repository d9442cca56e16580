// Databases.
#include <google/protobuf/empty.pb.h>

#include "libclient/pages.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/tctl/calls.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;

Status ListDatabases(RpcClient& rpc, bool, const MessageSink& sink) {
  const auto show = [&](const proto::ListDatabasesResponse& page) { return SinkAll(page.databases(), sink); };
  return EachPage<proto::ListDatabasesResponse>(rpc, "/proto.AuthService/ListDatabases", proto::ListDatabasesRequest(),
                                                show);
}

Status GetDatabase(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto database, rpc.Call<types::DatabaseV3>("/proto.AuthService/GetDatabase", ByName(name)));
  return sink(database);
}

Result<bool> PutDatabase(RpcClient& rpc, const Resource& resource, bool force) {
  auto database = resource.as<types::DatabaseV3>();
  const auto created = rpc.Call<Empty>("/proto.AuthService/CreateDatabase", database);
  if (created) return true;
  if (created.error().kind != ErrorKind::kAlreadyExists) return std::unexpected(created.error());
  if (!force) return Exists(resource);
  database.mutable_metadata()->clear_revision();  // whatever is there is replaced
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpdateDatabase", database));
  return false;
}

// The cluster checks the revision of an update.
Status UpdateDatabase(RpcClient& rpc, const Resource& resource) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpdateDatabase", resource.as<types::DatabaseV3>()));
  return {};
}

Status RemoveDatabase(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteDatabase", ByName(name)));
  return {};
}

}  // namespace

constinit const KindCalls kDatabaseCalls{"db", ListDatabases, GetDatabase, PutDatabase, UpdateDatabase, RemoveDatabase};

}  // namespace sallyport
