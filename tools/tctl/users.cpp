#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "libbase/text.h"
#include "libbase/time.h"
#include "libclient/calls/role_calls.h"
#include "libclient/pages.h"
#include "libresources/codec/codec.h"
#include "libresources/kinds.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "teleport/users/v1/users_service.pb.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/own_access.h"
#include "tools/tctl/session.h"
#include "tools/tctl/user_traits.h"

namespace sallyport {
namespace {

struct UsersAdd {
  std::string account;
  std::vector<std::string> roles;  // as given, with commas
  std::string ttl;
  UserTraits traits;
};

struct UsersUpdate {
  std::string account;
  std::optional<std::vector<std::string>> set_roles;
  std::optional<std::vector<std::string>> add_roles;
  std::optional<std::vector<std::string>> remove_roles;
  bool force = false;
  UserTraits traits;
};

struct UsersReset {
  std::string account;
  std::string ttl;
};

struct UsersRm {
  std::vector<std::string> accounts;
  bool force = false;
};

namespace usersv1 = teleport::users::v1;

const std::vector<std::string> kNoRoles;

constexpr std::string_view kUsersService = "/teleport.users.v1.UsersService/";

// The two links by which a user sets a password.
struct Link {
  const char* type;
  std::chrono::hours most;
};
constexpr Link kInvite{"invite", std::chrono::hours(48)};
constexpr Link kReset{"password", std::chrono::hours(24)};

// Returns the lifetime of the link; 0 means the cluster's default.
Result<Nanoseconds> LinkTtlOf(const std::string& text, const Link& link) {
  if (text.empty()) return Nanoseconds(0);
  ASSIGN_OR_RETURN(const Nanoseconds ttl, ParseDuration(text));
  if (ttl > Nanoseconds(0) && ttl <= link.most) return ttl;
  return Fail(ErrorKind::kBadParameter, "--ttl must be longer than 0 and at most {}h", link.most.count());
}

Result<types::UserTokenV3> MakeLink(RpcClient& rpc, const std::string& user, const Link& link, Nanoseconds ttl) {
  proto::CreateResetPasswordTokenRequest request;
  request.set_name(user);
  request.set_type(link.type);
  request.set_ttl(ttl.count());
  return rpc.Call<types::UserTokenV3>("/proto.AuthService/CreateResetPasswordToken", request);
}

std::vector<std::string> RolesOf(const UsersAdd& given) {
  return SplitNonEmpty(fmt::format("{}", fmt::join(given.roles, ",")), ',');
}

Result<types::UserV2> UserOf(const UsersAdd& given) {
  types::UserV2 user = NewResource<types::UserV2>();
  user.mutable_metadata()->set_name(given.account);
  for (const auto& role : RolesOf(given)) user.mutable_spec()->add_roles(role);
  if (user.spec().roles().empty()) return Fail(ErrorKind::kUsage, "a user needs --roles");
  RETURN_IF_ERROR(SetTraits(given.traits, user));
  RETURN_IF_ERROR(CheckResource(user));
  return user;
}

// Returns 1h, 1h30m, 45s.
std::string ShortDuration(Nanoseconds life) {
  std::string text = FormatDuration(std::chrono::round<std::chrono::seconds>(life));
  if (text.ends_with("m0s")) text.resize(text.size() - 2);
  if (text.ends_with("h0m")) text.resize(text.size() - 2);
  return text;
}

std::string LinkText(const Value& token) {
  const Value& spec = *token.Find("spec");
  const auto expires = ParseTime(token.Find("metadata")->Find("expires")->as_string());
  const auto created = ParseTime(spec.Find("created")->as_string());
  const bool invite = token.Find("sub_kind") != nullptr && token.Find("sub_kind")->as_string() == kInvite.type;
  return fmt::format(
      "User \"{}\" has been {}. Give this link to the user, it is valid for {}:\n{}\n\n"
      "NOTE: The link must lead to a proxy that the user can reach.\n",
      spec.Find("user")->as_string(), invite ? "created but requires a password" : "reset and requires a new password",
      expires && created ? ShortDuration(*expires - *created) : "a while", spec.Find("url")->as_string());
}

Result<Output> AddUser(const Invocation& invocation, const UsersAdd& given) {
  ASSIGN_OR_RETURN(const types::UserV2 user, UserOf(given));
  ASSIGN_OR_RETURN(const Nanoseconds ttl, LinkTtlOf(given.ttl, kInvite));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  RETURN_IF_ERROR(CheckRolesExist(*rpc, RolesOf(given)));

  usersv1::CreateUserRequest create;
  *create.mutable_user() = user;
  const auto created = rpc->Call<usersv1::CreateUserResponse>(fmt::format("{}CreateUser", kUsersService), create);
  if (!created && created.error().kind == ErrorKind::kAlreadyExists) {
    return FailWithHint(ErrorKind::kAlreadyExists, created.error().message,
                        fmt::format("change the user: tctl users update {} --set-roles={}", user.metadata().name(),
                                    given.roles.back()));
  }
  RETURN_IF_ERROR(created);
  ASSIGN_OR_RETURN(const auto token, MakeLink(*rpc, user.metadata().name(), kInvite, ttl));
  return Output::Of(EncodeMessage(token), LinkText);
}

Result<Output> Reset(const Invocation& invocation, const UsersReset& given) {
  ASSIGN_OR_RETURN(const Nanoseconds ttl, LinkTtlOf(given.ttl, kReset));
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto token, MakeLink(*rpc, given.account, kReset, ttl));
  return Output::Of(EncodeMessage(token), LinkText);
}

// Returns the roles after --set-roles, --add-roles and --remove-roles, in this order.
std::vector<std::string> ChangedRolesOf(const UsersUpdate& given, const types::UserV2& user) {
  std::vector<std::string> roles(user.spec().roles().begin(), user.spec().roles().end());
  if (given.set_roles) roles = *given.set_roles;
  for (const auto& role : given.add_roles.value_or(kNoRoles)) {
    if (std::ranges::find(roles, role) == roles.end()) roles.push_back(role);
  }
  for (const auto& role : given.remove_roles.value_or(kNoRoles)) std::erase(roles, role);
  return roles;
}

// Applies the options to a user; returns the changes for people.
Result<std::vector<std::string>> ChangeUser(const UsersUpdate& given, types::UserV2& user) {
  std::vector<std::string> changes;
  if (given.set_roles || given.add_roles || given.remove_roles) {
    const auto roles = ChangedRolesOf(given, user);
    if (roles.empty()) return Fail(ErrorKind::kBadParameter, "a user needs at least one role");
    user.mutable_spec()->mutable_roles()->Assign(roles.begin(), roles.end());
    changes.push_back(fmt::format("roles: {}", fmt::join(roles, ",")));
  }
  ASSIGN_OR_RETURN(const auto traits, SetTraits(given.traits, user));
  changes.insert(changes.end(), traits.begin(), traits.end());
  return changes;
}

Result<Output> UpdateUser(const Invocation& invocation, const UsersUpdate& given) {
  // Refuses a wrong command line without the network; "*", which is not a role, stands for the user's current roles.
  types::UserV2 somebody;
  somebody.mutable_spec()->add_roles("*");
  ASSIGN_OR_RETURN(const auto tried, ChangeUser(given, somebody));
  if (tried.empty())
    return Fail(ErrorKind::kUsage, "nothing to change: give --add-roles, --set-roles or another option");

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  usersv1::GetUserRequest get;
  get.set_name(given.account);
  ASSIGN_OR_RETURN(auto stored, rpc->Call<usersv1::GetUserResponse>(fmt::format("{}GetUser", kUsersService), get));

  usersv1::UpdateUserRequest update;
  *update.mutable_user() = std::move(*stored.mutable_user());
  ASSIGN_OR_RETURN(const auto changes, ChangeUser(given, *update.mutable_user()));
  for (const auto* roles : {&given.set_roles, &given.add_roles}) {
    RETURN_IF_ERROR(CheckRolesExist(*rpc, roles->value_or(kNoRoles)));
  }
  if (!given.force) {
    RETURN_IF_ERROR(CheckKeepsOwnAccess(*rpc, get.name(), [&](types::UserV2& user) { user = update.user(); }));
  }

  // The update has the revision that was read, so that concurrent changes are not lost.
  const auto updated = rpc->Call<usersv1::UpdateUserResponse>(fmt::format("{}UpdateUser", kUsersService), update);
  if (!updated && updated.error().kind == ErrorKind::kCompareFailed) {
    return FailWithHint(ErrorKind::kCompareFailed,
                        fmt::format("user \"{}\" was changed by another caller at the same time", get.name()),
                        "run the command again");
  }
  RETURN_IF_ERROR(updated);
  return Output::Of(EncodeMessage(updated->user()), [changes](const Value& user) {
    std::string text = fmt::format("User \"{}\" has been updated:\n", user.Find("metadata")->Find("name")->as_string());
    for (const auto& change : changes) text += fmt::format("  {}\n", change);
    return text;
  });
}

std::vector<std::string> UserRow(const Value& user) {
  std::vector<std::string> roles;
  const Value* list = user.Find("spec")->Find("roles");
  for (const auto& role : list == nullptr ? Value::List{} : list->as_list()) roles.push_back(role.as_string());
  return {user.Find("metadata")->Find("name")->as_string(), fmt::format("{}", fmt::join(roles, ","))};
}

Result<Output> ListUsers(const Invocation& invocation) {
  ASSIGN_OR_RETURN(std::shared_ptr<RpcClient> rpc, ConnectToAuth(invocation));
  Output output;
  output.kind = Output::Kind::kItems;
  output.columns = {"User", "Roles"};
  output.row = UserRow;
  output.items = [rpc](const ItemSink& sink) -> Status {
    const auto show = [&sink](const usersv1::ListUsersResponse& page) -> Status {
      for (const auto& user : page.users()) RETURN_IF_ERROR(sink(EncodeMessage(user)));
      return {};
    };
    return EachPage<usersv1::ListUsersResponse>(*rpc, fmt::format("{}ListUsers", kUsersService),
                                                usersv1::ListUsersRequest(), show);
  };
  return output;
}

Result<Output> RemoveUsers(const Invocation& invocation, const UsersRm& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  std::string report;
  std::vector<std::string> names;
  for (const auto& argument : given.accounts) {
    for (auto& name : SplitNonEmpty(argument, ',')) names.push_back(std::move(name));
  }

  // All names are checked before the first removal, so that a refusal removes no user.
  for (const auto& name : names) {
    if (!given.force) RETURN_IF_ERROR(CheckKeepsOwnAccess(*rpc, name, nullptr));
  }
  for (const auto& name : names) {
    usersv1::DeleteUserRequest request;
    request.set_name(name);
    RETURN_IF_ERROR(rpc->Call<google::protobuf::Empty>(fmt::format("{}DeleteUser", kUsersService), request));
    report += fmt::format("User \"{}\" has been deleted\n", name);
  }
  return Output::Text(std::move(report));
}

Command AddUserCommand() {
  Command command{.path = "users add",
                  .summary = "Create a user and a link with which the user sets a password",
                  .arguments = {{.name = "account", .help = "Name of the user", .into = Into<&UsersAdd::account>}},
                  .options = {{.name = "roles",
                               .value_name = "ROLE,...",
                               .help = "Roles of the user",
                               .repeated = true,
                               .names = "role",
                               .whole_values = true,
                               .into = Into<&UsersAdd::roles>},
                              {.name = "ttl",
                               .value_name = "DURATION",
                               .help = "Lifetime of the link (default 1h, at most 48h)",
                               .into = Into<&UsersAdd::ttl>}},
                  .example = "tctl users add alice --roles=access --logins=ubuntu",
                  .run = RunWith<AddUser>};

  for (auto& option : TraitRows<&UsersAdd::traits>("")) command.options.push_back(option);
  return command;
}

// The argument of commands for an existing user.
template <auto To>
const Argument kAccount{.name = "account", .help = "Name of the user", .names = "user", .into = Into<To>};

Command UpdateUserCommand() {
  Command command{.path = "users update",
                  .summary = "Change roles and traits of a user; an option without a value empties a trait",
                  .arguments = {kAccount<&UsersUpdate::account>},
                  .options = {{.name = "set-roles",
                               .value_name = "ROLE,...",
                               .help = "Roles that replace the roles of the user",
                               .repeated = true,
                               .names = "role",
                               .into = Into<&UsersUpdate::set_roles>},
                              {.name = "add-roles",
                               .value_name = "ROLE,...",
                               .help = "Roles to give the user",
                               .repeated = true,
                               .names = "role",
                               .into = Into<&UsersUpdate::add_roles>},
                              {.name = "remove-roles",
                               .value_name = "ROLE,...",
                               .help = "Roles to take from the user",
                               .repeated = true,
                               .names = "role",
                               .into = Into<&UsersUpdate::remove_roles>},
                              kForceOption<&UsersUpdate::force>},
                  .example = "tctl users update alice --add-roles=editor",
                  .run = RunWith<UpdateUser>};

  for (auto& option : TraitRows<&UsersUpdate::traits>("set-")) command.options.push_back(option);
  return command;
}

}  // namespace

std::vector<Command> UserCommands() {
  return {AddUserCommand(),
          UpdateUserCommand(),
          {.path = "users reset",
           .summary = "Remove a user's password and make a link with which the user sets a new password",
           .arguments = {kAccount<&UsersReset::account>},
           .options = {{.name = "ttl",
                        .value_name = "DURATION",
                        .help = "Lifetime of the link (default 8h, at most 24h)",
                        .into = Into<&UsersReset::ttl>}},
           .example = "tctl users reset alice",
           .run = RunWith<Reset>},

          {.path = "users ls", .summary = "List users", .example = "tctl users ls --format=json", .run = ListUsers},
          {.path = "users rm",
           .summary = "Remove users",
           .arguments = {{.name = "accounts",
                          .help = "Names of the users",
                          .repeated = true,
                          .names = "user",
                          .into = Into<&UsersRm::accounts>}},
           .options = {kForceOption<&UsersRm::force>},
           .example = "tctl users rm alice",
           .formats = "",
           .run = RunWith<RemoveUsers>}};
}

}  // namespace sallyport
