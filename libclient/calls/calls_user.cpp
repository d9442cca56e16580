// Users.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "libclient/pages.h"
#include "teleport/legacy/types/user.pb.h"
#include "teleport/users/v1/users_service.pb.h"

namespace sallyport {
namespace {

namespace usersv1 = teleport::users::v1;
using google::protobuf::Empty;

Status ListUsers(RpcClient& rpc, bool with_secrets, const MessageSink& sink) {
  usersv1::ListUsersRequest request;
  request.set_with_secrets(with_secrets);
  const auto show = [&](const usersv1::ListUsersResponse& page) { return SinkAll(page.users(), sink); };
  return EachPage<usersv1::ListUsersResponse>(rpc, "/teleport.users.v1.UsersService/ListUsers", request, show);
}

Result<types::UserV2> ReadUser(RpcClient& rpc, const std::string& name, bool with_secrets = false) {
  usersv1::GetUserRequest request;
  request.set_with_secrets(with_secrets);
  request.set_name(name);
  ASSIGN_OR_RETURN(auto answer, rpc.Call<usersv1::GetUserResponse>("/teleport.users.v1.UsersService/GetUser", request));
  return std::move(*answer.mutable_user());
}

Status GetUser(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto user, ReadUser(rpc, name, with_secrets));
  return sink(user);
}

void CompleteUser(google::protobuf::Message& wanted, const google::protobuf::Message& stored) {
  auto& user = static_cast<types::UserV2&>(wanted);
  const auto& was = static_cast<const types::UserV2&>(stored);
  *user.mutable_spec()->mutable_createdby() = was.spec().createdby();
  if (!user.spec().has_status()) *user.mutable_spec()->mutable_status() = was.spec().status();
  if (!user.has_status()) *user.mutable_status() = was.status();
}

Status PutUser(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored) {
  if (stored == nullptr) {
    usersv1::CreateUserRequest request;
    *request.mutable_user() = resource.as<types::UserV2>();
    RETURN_IF_ERROR(rpc.Call<usersv1::CreateUserResponse>("/teleport.users.v1.UsersService/CreateUser", request));
    return {};
  }
  usersv1::UpsertUserRequest request;
  *request.mutable_user() = resource.as<types::UserV2>();
  *request.mutable_user()->mutable_spec()->mutable_createdby() =
      static_cast<const types::UserV2&>(*stored).spec().createdby();
  RETURN_IF_ERROR(rpc.Call<usersv1::UpsertUserResponse>("/teleport.users.v1.UsersService/UpsertUser", request));
  return {};
}

Status UpdateUser(RpcClient& rpc, const Resource& resource) {
  usersv1::UpdateUserRequest request;
  *request.mutable_user() = resource.as<types::UserV2>();
  RETURN_IF_ERROR(rpc.Call<usersv1::UpdateUserResponse>("/teleport.users.v1.UsersService/UpdateUser", request));
  return {};
}

Status RemoveUser(RpcClient& rpc, const std::string& name) {
  usersv1::DeleteUserRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(rpc.Call<Empty>("/teleport.users.v1.UsersService/DeleteUser", request));
  return {};
}

}  // namespace

constinit const KindCalls kUserCalls{"user", ListUsers, GetUser, PutUser, UpdateUser, RemoveUser, false, CompleteUser};

}  // namespace sallyport
