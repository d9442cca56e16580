// Applications.
#include <google/protobuf/empty.pb.h>

#include "libclient/pages.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/tctl/calls.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;

Status ListApps(RpcClient& rpc, bool, const MessageSink& sink) {
  const auto show = [&](const proto::ListAppsResponse& page) { return SinkAll(page.applications(), sink); };
  return EachPage<proto::ListAppsResponse>(rpc, "/proto.AuthService/ListApps", proto::ListAppsRequest(), show);
}

Status GetApp(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto app, rpc.Call<types::AppV3>("/proto.AuthService/GetApp", ByName(name)));
  return sink(app);
}

Result<bool> PutApp(RpcClient& rpc, const Resource& resource, bool force) {
  auto app = resource.as<types::AppV3>();
  const auto created = rpc.Call<Empty>("/proto.AuthService/CreateApp", app);
  if (created) return true;
  if (created.error().kind != ErrorKind::kAlreadyExists) return std::unexpected(created.error());
  if (!force) return Exists(resource);
  app.mutable_metadata()->clear_revision();  // whatever is there is replaced
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpdateApp", app));
  return false;
}

// The cluster checks the revision of an update.
Status UpdateApp(RpcClient& rpc, const Resource& resource) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpdateApp", resource.as<types::AppV3>()));
  return {};
}

Status RemoveApp(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteApp", ByName(name)));
  return {};
}

}  // namespace

constinit const KindCalls kAppCalls{"app", ListApps, GetApp, PutApp, UpdateApp, RemoveApp};

}  // namespace sallyport
