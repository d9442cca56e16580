#include <google/protobuf/empty.pb.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <set>

#include "libbase/time.h"
#include "libclient/calls/bot_calls.h"
#include "libclient/calls/role_calls.h"
#include "libclient/pages.h"
#include "libresources/kinds.h"
#include "tools/tctl/bot_token.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using google::protobuf::util::TimeUtil;
using machineidv1::Bot;
using Names = std::set<std::string>;

struct BotsAdd {
  std::string name;
  std::vector<std::string> roles;
  std::string ttl;
  std::string token;
  std::vector<std::string> logins;
  std::string max_session_ttl;
};

// The options that set a list, or add to it.
struct ListChange {
  std::optional<std::vector<std::string>> set;
  std::optional<std::vector<std::string>> add;
};

struct BotsUpdate {
  std::string name;
  ListChange roles;
  ListChange logins;
  std::string max_session_ttl;
};

struct BotsRm {
  std::string name;
};

constexpr std::string_view kLogins = "logins";

void SetLogins(Bot& bot, const Names& logins) {
  auto& traits = *bot.mutable_spec()->mutable_traits();
  traits.erase(std::remove_if(traits.begin(), traits.end(), [](const auto& trait) { return trait.name() == kLogins; }),
               traits.end());
  if (logins.empty()) return;
  auto& trait = *traits.Add();
  trait.set_name(std::string(kLogins));
  for (const auto& login : logins) trait.add_values(login);
}

Names LoginsOf(const Bot& bot) {
  Names logins;
  for (const auto& trait : bot.spec().traits()) {
    if (trait.name() == kLogins) logins.insert(trait.values().begin(), trait.values().end());
  }
  return logins;
}

Status SetMaxSessionTtl(const std::string& text, Bot& bot) {
  if (text.empty()) return {};
  ASSIGN_OR_RETURN(const Nanoseconds ttl, ParseDuration(text));
  *bot.mutable_spec()->mutable_max_session_ttl() = TimeUtil::NanosecondsToDuration(ttl.count());
  return CheckResource(bot);
}

Result<Bot> NewBot(const BotsAdd& given) {
  Bot bot = NewResource<Bot>();
  bot.mutable_metadata()->set_name(given.name);
  for (const auto& role : given.roles) bot.mutable_spec()->add_roles(role);
  bot.mutable_spec();
  SetLogins(bot, Names(given.logins.begin(), given.logins.end()));
  RETURN_IF_ERROR(CheckResource(bot));
  RETURN_IF_ERROR(SetMaxSessionTtl(given.max_session_ttl, bot));
  return bot;
}

// The bot is made first: a token for an existing bot would let others join as that bot.
Result<Output> AddBot(const Invocation& invocation, const BotsAdd& given) {
  ASSIGN_OR_RETURN(const Bot wanted, NewBot(given));
  if (!given.ttl.empty()) RETURN_IF_ERROR(ParseDuration(given.ttl));
  const std::string& name = wanted.metadata().name();
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  RETURN_IF_ERROR(CheckRolesExist(*rpc, given.roles));

  types::ProvisionTokenV2 token;
  const bool has_token = !given.token.empty();
  if (has_token) {
    ASSIGN_OR_RETURN(token, ReadBotToken(*rpc, name, given.token));
  }

  machineidv1::CreateBotRequest request;
  *request.mutable_bot() = wanted;
  ASSIGN_OR_RETURN(const Bot bot, rpc->Call<Bot>(BotPath("CreateBot"), request));
  if (!has_token) {
    ASSIGN_OR_RETURN(token, CreateBotToken(*rpc, name, given.ttl));
  }

  ASSIGN_OR_RETURN(Output output, HowBotJoins(*rpc, bot, token));
  if (wanted.spec().roles().empty()) {
    output.notices.push_back(fmt::format(
        "the bot has no roles and therefore no access; add a role: tctl bots update {} --add-roles=ROLE", name));
  }
  return output;
}

// Returns the list after --set-... and --add-...; nothing when neither changes it.
std::optional<Names> ChangedBot(const ListChange& change, const Names& now) {
  Names wanted = change.set ? Names(change.set->begin(), change.set->end()) : now;
  if (change.add) wanted.insert(change.add->begin(), change.add->end());
  if (wanted == now) return std::nullopt;
  return wanted;
}

// Changes the bot; returns the changes for people, and names them in the request.
Result<std::vector<std::string>> ChangeBot(const BotsUpdate& given, RpcClient& rpc,
                                           machineidv1::UpdateBotRequest& request) {
  Bot& bot = *request.mutable_bot();
  std::vector<std::string> changes;
  const Names roles(bot.spec().roles().begin(), bot.spec().roles().end());
  if (const auto wanted = ChangedBot(given.roles, roles)) {
    RETURN_IF_ERROR(CheckRolesExist(rpc, {wanted->begin(), wanted->end()}));
    bot.mutable_spec()->mutable_roles()->Assign(wanted->begin(), wanted->end());
    request.mutable_update_mask()->add_paths("spec.roles");
    changes.push_back(fmt::format("roles: {}", fmt::join(*wanted, ",")));
  }
  if (const auto wanted = ChangedBot(given.logins, LoginsOf(bot))) {
    SetLogins(bot, *wanted);
    request.mutable_update_mask()->add_paths("spec.traits");
    changes.push_back(fmt::format("logins: {}", fmt::join(*wanted, ",")));
  }
  if (!given.max_session_ttl.empty()) {
    RETURN_IF_ERROR(SetMaxSessionTtl(given.max_session_ttl, bot));
    request.mutable_update_mask()->add_paths("spec.max_session_ttl");
    changes.push_back("max_session_ttl: " + given.max_session_ttl);
  }
  return changes;
}

Result<Output> UpdateBot(const Invocation& invocation, const BotsUpdate& given) {
  const auto asked = [](const ListChange& change) { return change.set || change.add; };
  const bool any = asked(given.roles) || asked(given.logins) || !given.max_session_ttl.empty();
  if (!any) return Fail(ErrorKind::kUsage, "nothing to change: give --add-roles, --set-roles or another option");

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  machineidv1::UpdateBotRequest request;
  ASSIGN_OR_RETURN(*request.mutable_bot(), ReadBot(*rpc, given.name));
  ASSIGN_OR_RETURN(const auto changes, ChangeBot(given, *rpc, request));
  const std::string name = request.bot().metadata().name();
  if (changes.empty()) return Output::Text(fmt::format("Bot \"{}\" already has these settings\n", name));
  RETURN_IF_ERROR(rpc->Call<Bot>(BotPath("UpdateBot"), request));

  std::string text = fmt::format("Bot \"{}\" has been updated:\n", name);
  for (const auto& change : changes) text += fmt::format("  {}\n", change);
  return Output::Text(text + "The change takes effect when the bot renews its certificates.\n");
}

// In JSON the duration has the form that Go gives the message.
Value AsListed(const Bot& bot) {
  Value value = EncodeMessage(bot);
  Value* const spec = value.Find("spec");
  if (spec == nullptr || spec->Find("max_session_ttl") == nullptr) return value;
  spec->Set("max_session_ttl", Value(Value::Map{{"seconds", bot.spec().max_session_ttl().seconds()}}));
  return value;
}

std::vector<std::string> BotRow(const Value& bot) {
  std::vector<std::string> roles;
  const Value* const list = bot.Find("spec")->Find("roles");
  for (const auto& role : list == nullptr ? Value::List{} : list->as_list()) roles.push_back(role.as_string());
  return {bot.Find("metadata")->Find("name")->as_string(), bot.Find("status")->Find("user_name")->as_string(),
          fmt::format("{}", fmt::join(roles, ","))};
}

Result<Output> ListBots(const Invocation& invocation) {
  ASSIGN_OR_RETURN(std::shared_ptr<RpcClient> rpc, ConnectToAuth(invocation));
  Output output;
  output.kind = Output::Kind::kItems;
  output.columns = {"Bot", "User", "Roles"};
  output.row = BotRow;
  output.items = [rpc](const ItemSink& sink) -> Status {
    const auto show = [&sink](const machineidv1::ListBotsResponse& page) -> Status {
      for (const auto& bot : page.bots()) RETURN_IF_ERROR(sink(AsListed(bot)));
      return {};
    };
    return EachPage<machineidv1::ListBotsResponse>(*rpc, BotPath("ListBots"), machineidv1::ListBotsRequest(), show);
  };
  return output;
}

Result<Output> RemoveBot(const Invocation& invocation, const BotsRm& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  machineidv1::DeleteBotRequest request;
  request.set_bot_name(given.name);
  RETURN_IF_ERROR(rpc->Call<google::protobuf::Empty>(BotPath("DeleteBot"), request));
  return Output::Text(fmt::format("Bot \"{}\" has been deleted\n", request.bot_name()));
}

template <auto To>
const Argument kBotName{.name = "name", .help = "Name of the bot", .names = "bot", .into = Into<To>};

Command AddBotCommand() {
  return {.path = "bots add",
          .summary = "Create a bot and a token with which the bot joins",
          .arguments = {{.name = "name", .help = "Name of the bot", .into = Into<&BotsAdd::name>}},
          .options = {{.name = "roles",
                       .value_name = "ROLE,...",
                       .help = "Roles that the bot can take on",
                       .repeated = true,
                       .names = "role",
                       .into = Into<&BotsAdd::roles>},
                      {.name = "ttl",
                       .value_name = "DURATION",
                       .help = "Lifetime of the token (default 1h)",
                       .into = Into<&BotsAdd::ttl>},
                      {.name = "token",
                       .value_name = "TOKEN",
                       .help = "Existing token of this bot",
                       .into = Into<&BotsAdd::token>},
                      {.name = "logins",
                       .value_name = "LOGIN,...",
                       .help = "Logins on nodes",
                       .repeated = true,
                       .into = Into<&BotsAdd::logins>},
                      {.name = "max-session-ttl",
                       .value_name = "DURATION",
                       .help = "Lifetime of the bot's certificates (default 12h, at most 168h)",
                       .into = Into<&BotsAdd::max_session_ttl>}},

          .example = "tctl bots add robot --roles=access",
          .run = RunWith<AddBot>};
}

Command UpdateBotCommand() {
  return {.path = "bots update",
          .summary = "Change roles, logins or lifetime of a bot",
          .arguments = {kBotName<&BotsUpdate::name>},
          .options = {{.name = "set-roles",
                       .value_name = "ROLE,...",
                       .help = "Roles that replace the roles of the bot",
                       .repeated = true,
                       .names = "role",
                       .into = Into<&BotsUpdate::roles, &ListChange::set>},
                      {.name = "add-roles",
                       .value_name = "ROLE,...",
                       .help = "Roles to add to the roles of the bot",
                       .repeated = true,
                       .names = "role",
                       .into = Into<&BotsUpdate::roles, &ListChange::add>},
                      {.name = "set-logins",
                       .value_name = "LOGIN,...",
                       .help = "Logins that replace the logins of the bot",
                       .repeated = true,
                       .into = Into<&BotsUpdate::logins, &ListChange::set>},
                      {.name = "add-logins",
                       .value_name = "LOGIN,...",
                       .help = "Logins to add to the logins of the bot",
                       .repeated = true,
                       .into = Into<&BotsUpdate::logins, &ListChange::add>},
                      {.name = "set-max-session-ttl",
                       .value_name = "DURATION",
                       .help = "Lifetime of the bot's certificates (at most 168h)",
                       .into = Into<&BotsUpdate::max_session_ttl>}},

          .example = "tctl bots update robot --add-roles=editor",
          .formats = "",
          .run = RunWith<UpdateBot>};
}

}  // namespace

std::vector<Command> BotCommands() {
  return {AddBotCommand(),
          UpdateBotCommand(),
          {.path = "bots ls", .summary = "List bots", .example = "tctl bots ls --format=json", .run = ListBots},
          {.path = "bots rm",
           .summary = "Remove a bot with its user and its role",
           .arguments = {kBotName<&BotsRm::name>},
           .example = "tctl bots rm robot",
           .formats = "",
           .run = RunWith<RemoveBot>}};
}

}  // namespace sallyport
