// Methods for roles. A role in use cannot be deleted.
#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "libbase/log.h"
#include "libcluster/auth/access/role_use.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libresources/access/access.h"
#include "libresources/access/role.h"
#include "libresources/kinds.h"
#include "libresources/matching/labels.h"
#include "libresources/promises.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

using types::RoleV6;

void WarnOf(const RoleV6& role, const std::string& reason) {
  Log(LogLevel::kWarning, "a role was written of which a part has no effect",
      {{"role", role.metadata().name()}, {"reason", reason}});
}

Status WriteRole(AuthServer& auth, const RpcCall& call, const RoleV6& requested, WriteMode mode, RoleV6& answer) {
  answer = requested;
  RETURN_IF_ERROR(CheckNewResource(answer));
  RETURN_IF_ERROR(CheckPromises(answer));
  // An expression that allows nothing is harmless: accepts roles of backups and of clients with fewer checks.
  if (const Status allows = CheckAllowances(answer); !allows) WarnOf(answer, allows.error().message);
  for (const std::string& field : FieldsWithoutEffect(answer)) WarnOf(answer, field + " has no effect here");
  // As in the reference, a write without a revision creates.
  const auto& type = mode == WriteMode::kUpdate ? audit::kRoleUpdated : audit::kRoleCreated;
  return auth.Write(call.caller, type, answer, mode);
}

Status DeleteRole(AuthServer& auth, const RpcCall& call, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string use, UseOfRole(auth.backend(), name));
  // Neither a bad parameter nor a missing right: the reference answers with a plain error too.
  if (!use.empty()) return Fail(ErrorKind::kInternal, "failed to delete a role that is still in use by {}", use);
  return auth.Remove(call.caller, audit::kRoleDeleted, "role", name);
}

// Users may read their own roles without a rule.
Status GetRole(AuthServer& auth, const RpcCall& call, const std::string& name, RoleV6& answer) {
  const bool own = call.caller.kind == Caller::Kind::kUser && call.caller.access->HasRole(name);
  if (!own) RETURN_IF_ERROR(AuthServer::CheckRule(call.caller, "role", "read"));
  ASSIGN_OR_RETURN(answer, GetResource<RoleV6>(auth.backend(), name));
  return {};
}

bool Wanted(const RoleV6& role, const types::RoleFilter& filter) {
  return std::ranges::all_of(filter.searchkeywords(),
                             [&](const std::string& word) { return role.metadata().name().contains(word); });
}

}  // namespace

void AddRoleMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.AuthService/GetRole", RpcAccess::Authenticated(), kRehearsable},
            [&auth](const RpcCall& call, const proto::GetRoleRequest& request, RoleV6& answer) {
              return GetRole(auth, call, request.name(), answer);
            });

  table.Add(
      {"/proto.AuthService/ListRoles", RpcAccess::Rule("role", {"list", "read"}), kRehearsable},
      [&auth](const RpcCall&, const proto::ListRolesRequest& request, proto::ListRolesResponse& answer) -> Status {
        ASSIGN_OR_RETURN(auto page, ListPage<RoleV6>(auth.backend(), request.startkey(), request.limit()));
        for (auto& role : page.first) {
          if (Wanted(role, request.filter())) *answer.add_roles() = std::move(role);
        }
        answer.set_nextkey(page.second);
        return {};
      });

  table.Add({"/proto.AuthService/CreateRole", RpcAccess::Rule("role", {"create"}), kRehearsable},
            [&auth](const RpcCall& call, const proto::CreateRoleRequest& request, RoleV6& answer) {
              return WriteRole(auth, call, request.role(), WriteMode::kCreate, answer);
            });

  table.Add({"/proto.AuthService/UpdateRole", RpcAccess::Rule("role", {"update"}), kRehearsable},
            [&auth](const RpcCall& call, const proto::UpdateRoleRequest& request, RoleV6& answer) {
              return WriteRole(auth, call, request.role(), WriteMode::kUpdate, answer);
            });

  table.Add({"/proto.AuthService/UpsertRoleV2", RpcAccess::Rule("role", {"create", "update"}), kRehearsable},
            [&auth](const RpcCall& call, const proto::UpsertRoleRequest& request, RoleV6& answer) {
              return WriteRole(auth, call, request.role(), WriteMode::kUpsert, answer);
            });

  table.Add({"/proto.AuthService/DeleteRole", RpcAccess::Rule("role", {"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const proto::DeleteRoleRequest& request, google::protobuf::Empty&) {
              return DeleteRole(auth, call, request.name());
            });
}

WatchedKind RoleWatch() { return {.kind = "role", .put = &PutWatched<&proto::Event::mutable_role>}; }

}  // namespace sallyport
