// Methods about users, and the tokens by which they set their password.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libresources/kinds.h"
#include "libresources/kinds/user.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "teleport/users/v1/users_service.pb.h"

namespace sallyport {
namespace {

namespace usersv1 = teleport::users::v1;
using google::protobuf::util::TimeUtil;
using types::UserV2;

Status CheckRolesExist(AuthServer& auth, const UserV2& user) {
  for (const auto& role : user.spec().roles()) {
    if (!auth.backend().Get(ResourceKey("role", role))) {
      return FailWithHint(ErrorKind::kNotFound, fmt::format("role {} is not found", role),
                          "list roles: tctl get roles");
    }
  }
  return {};
}

constexpr int kUpsertAttempts = 5;

// Stores the secrets of a written user; keeps the fields that only the cluster writes.
Status WriteUser(AuthServer& auth, const RpcCall& call, const UserV2& requested, WriteMode mode, UserV2& answer) {
  answer = requested;
  RETURN_IF_ERROR(CheckResource(answer));
  RETURN_IF_ERROR(CheckRolesExist(auth, answer));

  const auto stored = GetResource<UserV2>(auth.backend(), answer.metadata().name());
  if (stored) {
    KeepHistory(*stored, answer);
  } else {
    auto& created = *answer.mutable_spec()->mutable_createdby();
    created.mutable_user()->set_name(call.caller.identity.username);
    *created.mutable_time() = TimeUtil::NanosecondsToTimestamp(Now().time_since_epoch().count());
    answer.mutable_spec()->mutable_status()->Clear();
    answer.mutable_status()->set_password_state(types::PASSWORD_STATE_UNSET);
    answer.mutable_status()->set_mfa_weakest_device(types::MFA_DEVICE_KIND_UNSET);
  }
  if (stored && mode == WriteMode::kCreate) {
    return Fail(ErrorKind::kAlreadyExists, "user \"{}\" already registered", answer.metadata().name());
  }

  const auto& type = stored ? audit::kUserUpdate : audit::kUserCreate;
  if (mode == WriteMode::kUpsert) {
    // Replaces exactly the revision that was read, so that a concurrent password change is not lost.
    if (stored) answer.mutable_metadata()->set_revision(stored->metadata().revision());
    mode = stored ? WriteMode::kUpdate : WriteMode::kCreate;
  }

  BackendTransaction transaction;
  if (answer.spec().has_localauth()) RETURN_IF_ERROR(auth.local_users().TakeSecrets(answer, transaction));
  return auth.Write(call.caller, type, answer, mode, std::move(transaction));
}

Status UpsertUser(AuthServer& auth, const RpcCall& call, const UserV2& requested, UserV2& answer) {
  Status status;
  for (int attempt = 0; attempt < kUpsertAttempts; ++attempt) {
    status = WriteUser(auth, call, requested, WriteMode::kUpsert, answer);
    const bool again = !status && (status.error().kind == ErrorKind::kCompareFailed ||
                                   status.error().kind == ErrorKind::kAlreadyExists);
    if (!again) return status;
  }
  return status;
}

Status DeleteUser(AuthServer& auth, const RpcCall& call, const std::string& name) {
  RETURN_IF_ERROR(GetResource<UserV2>(auth.backend(), name));
  BackendTransaction transaction;
  RETURN_IF_ERROR(auth.local_users().RemoveCredentials(name, transaction));
  auth.local_users().EndRenewals(name, transaction);
  transaction.Remove(ResourceKey("user", name), true);
  transaction.Append(auth.EventOf(call.caller, audit::kUserDelete, name));
  return auth.Commit(std::move(transaction));
}

Status CheckMayReadSecrets(const Caller& caller) {
  if (caller.kind == Caller::Kind::kAdmin) return {};
  return Fail(ErrorKind::kAccessDenied, "access denied: secrets of users are for the built-in Admin only");
}

Status GetUser(AuthServer& auth, const RpcCall& call, const usersv1::GetUserRequest& request, UserV2& answer) {
  const bool own = request.current_user() || request.name() == call.caller.identity.username;
  if (!own) RETURN_IF_ERROR(AuthServer::CheckRule(call.caller, "user", "read"));
  if (request.with_secrets()) RETURN_IF_ERROR(CheckMayReadSecrets(call.caller));
  const std::string& name = request.current_user() ? call.caller.identity.username : request.name();
  auto user = GetResource<UserV2>(auth.backend(), name);
  if (!user) return Fail(user.error().kind, "user \"{}\" not found", name);
  answer = std::move(*user);
  return request.with_secrets() ? auth.local_users().AddSecrets(answer) : Status();
}

Status ListUsers(AuthServer& auth, const RpcCall& call, const usersv1::ListUsersRequest& request,
                 usersv1::ListUsersResponse& answer) {
  if (request.with_secrets()) RETURN_IF_ERROR(CheckMayReadSecrets(call.caller));
  ASSIGN_OR_RETURN(auto page, ListPage<UserV2>(auth.backend(), request.page_token(), request.page_size()));
  for (auto& user : page.first) {
    if (request.with_secrets()) RETURN_IF_ERROR(auth.local_users().AddSecrets(user));
    *answer.add_users() = std::move(user);
  }
  answer.set_next_page_token(page.second);
  return {};
}

Status CreateToken(AuthServer& auth, const RpcCall& call, const proto::CreateResetPasswordTokenRequest& request,
                   types::UserTokenV3& answer) {
  const bool invite = request.type() == "invite";
  if (!invite && !request.type().empty() && request.type() != "password") {
    return Fail(ErrorKind::kBadParameter, "unknown user token request type({})", request.type());
  }
  ASSIGN_OR_RETURN(answer,
                   auth.local_users().CreateToken(
                       request.name(), invite ? LocalUsers::TokenType::kInvite : LocalUsers::TokenType::kPassword,
                       Nanoseconds(request.ttl()), auth.options().proxy_public_address, call.caller));
  return {};
}

Status ListTokens(AuthServer& auth, const proto::ListResetPasswordTokenRequest& request,
                  proto::ListResetPasswordTokenResponse& answer) {
  ASSIGN_OR_RETURN(
      auto page, ListPage<types::UserTokenV3>(auth.backend(), request.page_token(), request.page_size(), "user_token"));
  for (auto& token : page.first) *answer.add_user_tokens() = std::move(token);
  answer.set_next_page_token(page.second);
  return {};
}

void AddUserWrites(RpcTable& table, AuthServer& auth) {
  table.Add(
      {"/teleport.users.v1.UsersService/CreateUser", RpcAccess::Rule("user", {"create"}), kRehearsable},
      [&auth](const RpcCall& call, const usersv1::CreateUserRequest& request, usersv1::CreateUserResponse& answer) {
        return WriteUser(auth, call, request.user(), WriteMode::kCreate, *answer.mutable_user());
      });

  table.Add(
      {"/teleport.users.v1.UsersService/UpdateUser", RpcAccess::Rule("user", {"update"}), kRehearsable},
      [&auth](const RpcCall& call, const usersv1::UpdateUserRequest& request, usersv1::UpdateUserResponse& answer) {
        return WriteUser(auth, call, request.user(), WriteMode::kUpdate, *answer.mutable_user());
      });

  table.Add(
      {"/teleport.users.v1.UsersService/UpsertUser", RpcAccess::Rule("user", {"create", "update"}), kRehearsable},
      [&auth](const RpcCall& call, const usersv1::UpsertUserRequest& request, usersv1::UpsertUserResponse& answer) {
        return UpsertUser(auth, call, request.user(), *answer.mutable_user());
      });

  table.Add({"/teleport.users.v1.UsersService/DeleteUser", RpcAccess::Rule("user", {"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const usersv1::DeleteUserRequest& request, google::protobuf::Empty&) {
              return DeleteUser(auth, call, request.name());
            });
}

}  // namespace

void AddUserMethods(RpcTable& table, AuthServer& auth) {
  AddUserWrites(table, auth);

  table.Add({"/teleport.users.v1.UsersService/GetUser", RpcAccess::Authenticated(), kRehearsable},
            [&auth](const RpcCall& call, const usersv1::GetUserRequest& request, usersv1::GetUserResponse& answer) {
              return GetUser(auth, call, request, *answer.mutable_user());
            });

  table.Add({"/teleport.users.v1.UsersService/ListUsers", RpcAccess::Rule("user", {"list", "read"}), kRehearsable},
            [&auth](const RpcCall& call, const usersv1::ListUsersRequest& request, usersv1::ListUsersResponse& answer) {
              return ListUsers(auth, call, request, answer);
            });

  table.Add({"/proto.AuthService/CreateResetPasswordToken", RpcAccess::Rule("user", {"update"})},
            [&auth](const RpcCall& call, const proto::CreateResetPasswordTokenRequest& request,
                    types::UserTokenV3& answer) { return CreateToken(auth, call, request, answer); });

  table.Add({"/proto.AuthService/ListResetPasswordTokens", RpcAccess::Rule("user", {"update"}), kRehearsable},
            [&auth](const RpcCall&, const proto::ListResetPasswordTokenRequest& request,
                    proto::ListResetPasswordTokenResponse& answer) { return ListTokens(auth, request, answer); });
}

WatchedKind UserWatch() { return {.kind = "user", .put = &PutWatched<&proto::Event::mutable_user>}; }

}  // namespace sallyport
