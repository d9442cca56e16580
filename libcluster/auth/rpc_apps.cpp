// Methods about applications as resources.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/labelled_kind.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::AppV3;

constexpr std::string_view kKind = "app";

// A name that leads to the proxy would lead nowhere else.
Status WriteApp(AuthServer& auth, const RpcCall& call, const AppV3& app, const AuditType& type, WriteMode mode) {
  const std::string& address = auth.options().proxy_public_address;
  if (!app.spec().publicaddr().empty() && app.spec().publicaddr() == address.substr(0, address.rfind(':'))) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("spec.public_addr \"{}\" is the proxy's own name", app.spec().publicaddr()),
                        "give the application a name of its own");
  }
  return WriteLabelled(auth, call.caller, type, kKind, app, mode);
}

Status ListApps(AuthServer& auth, const RpcCall& call, const proto::ListAppsRequest& request,
                proto::ListAppsResponse& answer) {
  ASSIGN_OR_RETURN(auto page, ListPage<AppV3>(auth.backend(), kKind, request.start_key(), request.limit()));
  const Visibility may_see(call.caller, auth.cluster_name(), kKind);
  for (auto& app : page.first) {
    if (may_see(NameOf(app), LabelsOf(app))) *answer.add_applications() = std::move(app);
  }
  answer.set_next_key(page.second);
  return {};
}

}  // namespace

void AddAppMethods(RpcTable& table, AuthServer& auth) {
  table.Add<proto::ListAppsRequest, proto::ListAppsResponse>(
      "/proto.AuthService/ListApps", RpcAccess::Rule(kKind, {"list", "read"}),
      [&auth](const RpcCall& call, const proto::ListAppsRequest& request, proto::ListAppsResponse& answer) {
        return ListApps(auth, call, request, answer);
      });
  table.Add<types::ResourceRequest, AppV3>(
      "/proto.AuthService/GetApp", RpcAccess::Rule(kKind, {"read"}),
      [&auth](const RpcCall& call, const types::ResourceRequest& request, AppV3& answer) -> Status {
        ASSIGN_OR_RETURN(answer, GetLabelled<AppV3>(auth, call.caller, kKind, request.name()));
        return {};
      });
  table.Add<AppV3, Empty>("/proto.AuthService/CreateApp", RpcAccess::Rule(kKind, {"create"}),
                          [&auth](const RpcCall& call, const AppV3& app, Empty&) {
                            return WriteApp(auth, call, app, audit::kAppCreate, WriteMode::kCreate);
                          });
  table.Add<AppV3, Empty>("/proto.AuthService/UpdateApp", RpcAccess::Rule(kKind, {"update"}),
                          [&auth](const RpcCall& call, const AppV3& app, Empty&) {
                            return WriteApp(auth, call, app, audit::kAppUpdate, WriteMode::kUpdate);
                          });
  table.Add<types::ResourceRequest, Empty>("/proto.AuthService/DeleteApp", RpcAccess::Rule(kKind, {"delete"}),
                                           [&auth](const RpcCall& call, const types::ResourceRequest& request, Empty&) {
                                             return RemoveLabelled<AppV3>(auth, call.caller, audit::kAppDelete, kKind,
                                                                          request.name());
                                           });
}

}  // namespace sallyport
