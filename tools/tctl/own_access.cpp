#include "tools/tctl/own_access.h"

#include <algorithm>

#include "libresources/kinds/lock.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/lock.pb.h"
#include "teleport/users/v1/users_service.pb.h"
#include "tools/tctl/access_snapshot.h"

namespace sallyport {
namespace {

namespace usersv1 = teleport::users::v1;

// Returns the name of the caller; nothing for the built-in Admin, which is no user.
Result<std::optional<types::UserV2>> CurrentUser(RpcClient& rpc) {
  usersv1::GetUserRequest request;
  request.set_current_user(true);
  auto answer = rpc.Call<usersv1::GetUserResponse>("/teleport.users.v1.UsersService/GetUser", request);
  if (answer) return std::move(*answer->mutable_user());
  const ErrorKind kind = answer.error().kind;
  // Clusters report in different ways that the built-in Admin is no user.
  const bool none =
      kind == ErrorKind::kNotFound || kind == ErrorKind::kBadParameter || kind == ErrorKind::kAccessDenied;
  if (none) return std::nullopt;
  return std::unexpected(answer.error());
}

bool Administers(const AccessChecker& access) {
  return access.GuessRule("user", "update") && access.GuessRule("role", "update");
}

std::unexpected<Error> TakesOwnAccess(std::string_view what, std::string_view option = "force") {
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("{} would remove your own access", what),
                      fmt::format("let another administrator make the change, or add --{}", option));
}

// Returns whether a resource may affect the access of a user.
bool Concerns(const Resource& resource, const types::UserV2& user) {
  const std::string name = NameOf(*resource.message);
  if (resource.kind->kind == "user") return name == user.metadata().name();
  return resource.kind->kind == "role" && std::ranges::find(user.spec().roles(), name) != user.spec().roles().end();
}

}  // namespace

Status CheckKeepsOwnAccess(RpcClient& rpc, const std::string& user, const std::function<void(types::UserV2&)>& change) {
  ASSIGN_OR_RETURN(const auto caller, CurrentUser(rpc));
  if (!caller || caller->metadata().name() != user) return {};
  if (change == nullptr) return TakesOwnAccess("the removal of your own user");
  AccessSnapshot snapshot;
  RETURN_IF_ERROR(ReadRoles(rpc, snapshot));
  types::UserV2 after = *caller;
  change(after);
  if (!Administers(snapshot.CheckerOf(*caller)) || Administers(snapshot.CheckerOf(after))) return {};
  return TakesOwnAccess("the change, after which you could not change users and roles,");
}

Status CheckWritesKeepOwnAccess(RpcClient& rpc, const std::vector<Resource>& written) {
  const auto decides = [](const Resource& resource) {
    return resource.kind->kind == "user" || resource.kind->kind == "role";
  };
  if (std::ranges::none_of(written, decides)) return {};
  ASSIGN_OR_RETURN(const auto caller, CurrentUser(rpc));
  const auto concerns = [&](const Resource& resource) { return Concerns(resource, *caller); };
  if (!caller || std::ranges::none_of(written, concerns)) return {};
  AccessSnapshot snapshot;
  RETURN_IF_ERROR(ReadRoles(rpc, snapshot));
  if (!Administers(snapshot.CheckerOf(*caller))) return {};
  const std::string& name = caller->metadata().name();
  snapshot.users[name] = std::make_shared<types::UserV2>(*caller);
  for (const Resource& resource : written) snapshot.Apply(resource);
  if (Administers(snapshot.CheckerOf(*snapshot.users[name]))) return {};
  return TakesOwnAccess("the change, after which you could not change users and roles,", "confirm");
}

Status CheckLocksOthers(RpcClient& rpc, const types::LockTarget& target) {
  ASSIGN_OR_RETURN(const auto caller, CurrentUser(rpc));
  if (!caller) return {};
  types::LockTarget asked;
  asked.set_user(caller->metadata().name());
  if (LockMatches(target, asked)) return TakesOwnAccess("a lock on your own user");
  for (const std::string& role : caller->spec().roles()) {
    types::LockTarget of_role;
    of_role.set_role(role);
    if (LockMatches(target, of_role))
      return TakesOwnAccess(fmt::format("a lock on the role {}, which you have,", role));
  }
  return {};
}

}  // namespace sallyport
