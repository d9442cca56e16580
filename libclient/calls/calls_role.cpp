// Roles.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "libclient/calls/role_calls.h"
#include "libclient/pages.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;

Status ListRoles(RpcClient& rpc, bool, const MessageSink& sink) {
  const auto show = [&](const proto::ListRolesResponse& page) { return SinkAll(page.roles(), sink); };
  return EachPage<proto::ListRolesResponse>(rpc, "/proto.AuthService/ListRoles", proto::ListRolesRequest(), show);
}

Result<types::RoleV6> ReadRole(RpcClient& rpc, const std::string& name) {
  proto::GetRoleRequest request;
  request.set_name(name);
  return rpc.Call<types::RoleV6>("/proto.AuthService/GetRole", request);
}

Status GetRole(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto role, ReadRole(rpc, name));
  return sink(role);
}

Status PutRole(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored) {
  if (stored == nullptr) {
    proto::CreateRoleRequest request;
    *request.mutable_role() = resource.as<types::RoleV6>();
    RETURN_IF_ERROR(rpc.Call<types::RoleV6>("/proto.AuthService/CreateRole", request));
    return {};
  }
  proto::UpsertRoleRequest request;
  *request.mutable_role() = resource.as<types::RoleV6>();
  RETURN_IF_ERROR(rpc.Call<types::RoleV6>("/proto.AuthService/UpsertRoleV2", request));
  return {};
}

Status UpdateRole(RpcClient& rpc, const Resource& resource) {
  proto::UpdateRoleRequest request;
  *request.mutable_role() = resource.as<types::RoleV6>();
  RETURN_IF_ERROR(rpc.Call<types::RoleV6>("/proto.AuthService/UpdateRole", request));
  return {};
}

Status RemoveRole(RpcClient& rpc, const std::string& name) {
  proto::DeleteRoleRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteRole", request));
  return {};
}

}  // namespace

Status CheckRolesExist(RpcClient& rpc, const std::vector<std::string>& roles) {
  for (const auto& role : roles) {
    const auto found = ReadRole(rpc, role);
    if (found) continue;
    Error error = found.error();
    if (error.kind == ErrorKind::kNotFound) error.hint = "list roles: tctl get roles";
    return std::unexpected(std::move(error));
  }
  return {};
}

constinit const KindCalls kRoleCalls{"role", ListRoles, GetRole, PutRole, UpdateRole, RemoveRole};

}  // namespace sallyport
