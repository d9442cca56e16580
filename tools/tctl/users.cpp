#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <array>

#include "libbase/time.h"
#include "libresources/codec.h"
#include "libresources/kinds.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "teleport/users/v1/users_service.pb.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

namespace usersv1 = teleport::users::v1;

// Options that set a trait: --kubernetes-groups sets kubernetes_groups.
constexpr std::array<std::string_view, 10> kTraitOptions{
    "logins",   "windows-logins", "kubernetes-users", "kubernetes-groups", "db-users",
    "db-names", "db-roles",       "aws-role-arns",    "azure-identities",  "gcp-service-accounts"};

std::string TraitOf(std::string_view option) {
  std::string trait(option);
  std::ranges::replace(trait, '-', '_');
  return trait;
}

Result<types::UserV2> UserOf(const Invocation& invocation) {
  types::UserV2 user = NewResource(*FindKind("user")).as<types::UserV2>();
  user.mutable_metadata()->set_name(invocation.Arg("account"));
  for (const auto& role : invocation.GetList("roles")) user.mutable_spec()->add_roles(role);
  if (user.spec().roles().empty()) return Fail(ErrorKind::kUsage, "a user needs --roles");
  auto& traits = *user.mutable_spec()->mutable_traits()->mutable_values();
  for (const auto option : kTraitOptions) {
    if (!invocation.Has(option)) continue;
    for (const auto& value : invocation.GetList(option)) traits[TraitOf(option)].add_values(value);
  }
  RETURN_IF_ERROR(CheckResource(user));
  return user;
}

std::string LinkText(const Value& token) {
  const Value& spec = *token.Find("spec");
  const auto expires = ParseTime(token.Find("metadata")->Find("expires")->as_string());
  const auto created = ParseTime(spec.Find("created")->as_string());
  const auto life =
      expires && created ? std::chrono::round<std::chrono::minutes>(*expires - *created) : std::chrono::minutes(0);
  std::string text = FormatDuration(life);
  if (text.ends_with("m0s")) text.resize(text.size() - 2);
  if (text.ends_with("h0m")) text.resize(text.size() - 2);
  return fmt::format(
      "User \"{}\" has been created but requires a password. Give this link to the user, it is valid for {}:\n{}\n\n"
      "NOTE: The link must lead to a proxy that the user can reach.\n",
      spec.Find("user")->as_string(), text, spec.Find("url")->as_string());
}

Result<Output> Add(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const types::UserV2 user, UserOf(invocation));
  Nanoseconds ttl{};
  if (invocation.Has("ttl")) {
    ASSIGN_OR_RETURN(ttl, ParseDuration(invocation.Get("ttl")));
  }
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  usersv1::CreateUserRequest create;
  *create.mutable_user() = user;
  const auto created = rpc->Call<usersv1::CreateUserResponse>("/teleport.users.v1.UsersService/CreateUser", create);
  if (!created && created.error().kind == ErrorKind::kAlreadyExists) {
    return FailWithHint(ErrorKind::kAlreadyExists, created.error().message,
                        fmt::format("to change it: tctl get user/{} > user.yaml, edit, tctl create -f user.yaml",
                                    user.metadata().name()));
  }
  RETURN_IF_ERROR(created);
  proto::CreateResetPasswordTokenRequest request;
  request.set_name(user.metadata().name());
  request.set_type("invite");
  request.set_ttl(ttl.count());
  ASSIGN_OR_RETURN(const auto token,
                   rpc->Call<types::UserTokenV3>("/proto.AuthService/CreateResetPasswordToken", request));
  return Output::Of(EncodeMessage(token), LinkText);
}

std::vector<std::string> UserRow(const Value& user) {
  std::vector<std::string> roles;
  const Value* list = user.Find("spec")->Find("roles");
  for (const auto& role : list == nullptr ? Value::List{} : list->as_list()) roles.push_back(role.as_string());
  return {user.Find("metadata")->Find("name")->as_string(), fmt::format("{}", fmt::join(roles, ","))};
}

Result<Output> List(const Invocation& invocation) {
  ASSIGN_OR_RETURN(std::shared_ptr<RpcClient> rpc, ConnectToAuth(invocation));
  Output output;
  output.kind = Output::Kind::kItems;
  output.columns = {"User", "Roles"};
  output.row = UserRow;
  output.items = [rpc](const ItemSink& sink) -> Status {
    usersv1::ListUsersRequest request;
    do {
      ASSIGN_OR_RETURN(const auto page,
                       rpc->Call<usersv1::ListUsersResponse>("/teleport.users.v1.UsersService/ListUsers", request));
      for (const auto& user : page.users()) RETURN_IF_ERROR(sink(EncodeResource(user)));
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return {};
  };
  return output;
}

Result<Output> Remove(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  std::string report;
  for (const auto& name : invocation.Args("accounts")) {
    usersv1::DeleteUserRequest request;
    request.set_name(name);
    RETURN_IF_ERROR(rpc->Call<google::protobuf::Empty>("/teleport.users.v1.UsersService/DeleteUser", request));
    report += fmt::format("User \"{}\" has been deleted\n", name);
  }
  return Output::Text(std::move(report));
}

}  // namespace

std::vector<Command> UserCommands() {
  std::vector<Option> options{{"roles", '\0', "ROLE,...", "Roles of the user", {}, {}, true},
                              {"ttl", '\0', "DURATION", "How long the link is good (default 1h, at most 48h)"}};
  for (const auto option : kTraitOptions) {
    options.push_back({option, '\0', "VALUE,...", "Values of the trait of this name", {}, {}, true});
  }
  return {{.path = "users add",
           .summary = "Create a user and a link by which it sets its password",
           .arguments = {{"account", "Name of the user"}},
           .options = std::move(options),
           .example = "tctl users add alice --roles=access --logins=ubuntu",
           .run = Add},
          {.path = "users ls", .summary = "List users", .example = "tctl users ls --format=json", .run = List},
          {.path = "users rm",
           .summary = "Remove users",
           .arguments = {{"accounts", "Names of the users", true, true}},
           .example = "tctl users rm alice",
           .formats = "",
           .run = Remove}};
}

}  // namespace sallyport
