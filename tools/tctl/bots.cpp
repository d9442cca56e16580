#include <google/protobuf/empty.pb.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <set>

#include "libbase/time.h"
#include "libclient/pages.h"
#include "libresources/kinds.h"
#include "tools/tctl/bot_token.h"
#include "tools/tctl/calls/bot_calls.h"
#include "tools/tctl/calls/role_calls.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using google::protobuf::util::TimeUtil;
using machineidv1::Bot;
using Names = std::set<std::string>;

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

Status SetMaxSessionTtl(const Invocation& invocation, std::string_view option, Bot& bot) {
  if (!invocation.Has(option)) return {};
  ASSIGN_OR_RETURN(const Nanoseconds ttl, ParseDuration(invocation.Get(option)));
  *bot.mutable_spec()->mutable_max_session_ttl() = TimeUtil::NanosecondsToDuration(ttl.count());
  return CheckResource(bot);
}

Result<Bot> NewBot(const Invocation& invocation) {
  Bot bot = NewResource(*FindKind("bot")).as<Bot>();
  bot.mutable_metadata()->set_name(invocation.Arg("name"));
  for (const auto& role : invocation.GetList("roles")) bot.mutable_spec()->add_roles(role);
  const auto logins = invocation.GetList("logins");
  bot.mutable_spec();
  SetLogins(bot, Names(logins.begin(), logins.end()));
  RETURN_IF_ERROR(CheckResource(bot));
  RETURN_IF_ERROR(SetMaxSessionTtl(invocation, "max-session-ttl", bot));
  return bot;
}

// The bot is made first: a token for a bot that is there already would let somebody else join as it.
Result<Output> Add(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const Bot wanted, NewBot(invocation));
  if (invocation.Has("ttl")) RETURN_IF_ERROR(ParseDuration(invocation.Get("ttl")));
  const std::string& name = wanted.metadata().name();
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  RETURN_IF_ERROR(CheckRolesExist(*rpc, invocation.GetList("roles")));

  types::ProvisionTokenV2 token;
  const bool has_token = invocation.Has("token");
  if (has_token) {
    ASSIGN_OR_RETURN(token, ReadBotToken(*rpc, name, invocation.Get("token")));
  }

  machineidv1::CreateBotRequest request;
  *request.mutable_bot() = wanted;
  ASSIGN_OR_RETURN(const Bot bot, rpc->Call<Bot>(BotPath("CreateBot"), request));
  if (!has_token) {
    ASSIGN_OR_RETURN(token, CreateBotToken(*rpc, name, invocation.Get("ttl")));
  }

  ASSIGN_OR_RETURN(Output output, HowBotJoins(*rpc, bot, token));
  if (wanted.spec().roles().empty()) {
    output.notices.push_back(
        fmt::format("the bot has no roles, so it can do nothing yet: tctl bots update {} --add-roles=ROLE", name));
  }
  return output;
}

Names Joined(Names names, const std::vector<std::string>& more) {
  names.insert(more.begin(), more.end());
  return names;
}

// What it is to be after --set-... and --add-...; nothing when neither changes it.
std::optional<Names> Changed(const Invocation& invocation, const std::string& what, const Names& now) {
  const auto set = invocation.GetList("set-" + what);
  const bool replaced = invocation.Has("set-" + what);
  Names wanted = Joined(replaced ? Names(set.begin(), set.end()) : now, invocation.GetList("add-" + what));
  if (wanted == now) return std::nullopt;
  return wanted;
}

// Changes the bot; returns the changes for people, and names them in the request.
Result<std::vector<std::string>> Change(const Invocation& invocation, RpcClient& rpc,
                                        machineidv1::UpdateBotRequest& request) {
  Bot& bot = *request.mutable_bot();
  std::vector<std::string> changes;
  const Names roles(bot.spec().roles().begin(), bot.spec().roles().end());
  if (const auto wanted = Changed(invocation, "roles", roles)) {
    RETURN_IF_ERROR(CheckRolesExist(rpc, {wanted->begin(), wanted->end()}));
    bot.mutable_spec()->mutable_roles()->Assign(wanted->begin(), wanted->end());
    request.mutable_update_mask()->add_paths("spec.roles");
    changes.push_back(fmt::format("roles: {}", fmt::join(*wanted, ",")));
  }
  if (const auto wanted = Changed(invocation, "logins", LoginsOf(bot))) {
    SetLogins(bot, *wanted);
    request.mutable_update_mask()->add_paths("spec.traits");
    changes.push_back(fmt::format("logins: {}", fmt::join(*wanted, ",")));
  }
  if (invocation.Has("set-max-session-ttl")) {
    RETURN_IF_ERROR(SetMaxSessionTtl(invocation, "set-max-session-ttl", bot));
    request.mutable_update_mask()->add_paths("spec.max_session_ttl");
    changes.push_back("max_session_ttl: " + invocation.Get("set-max-session-ttl"));
  }
  return changes;
}

Result<Output> Update(const Invocation& invocation) {
  const bool any = std::ranges::any_of(invocation.command->options, [&](const Option& option) {
    return option.name != "format" && invocation.Has(option.name);
  });
  if (!any) return Fail(ErrorKind::kUsage, "nothing to change: give --add-roles, --set-roles or another option");

  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  machineidv1::UpdateBotRequest request;
  ASSIGN_OR_RETURN(*request.mutable_bot(), ReadBot(*rpc, invocation.Arg("name")));
  ASSIGN_OR_RETURN(const auto changes, Change(invocation, *rpc, request));
  const std::string name = request.bot().metadata().name();
  if (changes.empty()) return Output::Text(fmt::format("Bot \"{}\" has all of that already\n", name));
  RETURN_IF_ERROR(rpc->Call<Bot>(BotPath("UpdateBot"), request));

  std::string text = fmt::format("Bot \"{}\" has been updated:\n", name);
  for (const auto& change : changes) text += fmt::format("  {}\n", change);
  return Output::Text(text + "It counts when the bot renews its certificates.\n");
}

// In JSON the duration is what Go makes of the message.
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

Result<Output> List(const Invocation& invocation) {
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

Result<Output> Remove(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  machineidv1::DeleteBotRequest request;
  request.set_bot_name(invocation.Arg("name"));
  RETURN_IF_ERROR(rpc->Call<google::protobuf::Empty>(BotPath("DeleteBot"), request));
  return Output::Text(fmt::format("Bot \"{}\" has been deleted\n", request.bot_name()));
}

}  // namespace

std::vector<Command> BotCommands() {
  const Argument name{"name", "Name of the bot", true, false, "bot"};

  return {{.path = "bots add",
           .summary = "Create a bot and a token by which it joins",
           .arguments = {{"name", "Name of the bot"}},
           .options = {{"roles", '\0', "ROLE,...", "Roles that the bot can take on", {}, {}, true, false, "role"},
                       {"ttl", '\0', "DURATION", "How long the token is good (default 1h)"},
                       {"token", '\0', "TOKEN", "A token of this bot that is there already"},
                       {"logins", '\0', "LOGIN,...", "Logins on nodes", {}, {}, true},
                       {"max-session-ttl", '\0', "DURATION", "How long its certificates are good (12h, at most 168h)"}},
           .example = "tctl bots add robot --roles=access",
           .run = Add},
          {.path = "bots update",
           .summary = "Change roles, logins or lifetime of a bot",
           .arguments = {name},
           .options = {{"set-roles", '\0', "ROLE,...", "Roles, instead of those it has", {}, {}, true, false, "role"},
                       {"add-roles", '\0', "ROLE,...", "Roles, beside those it has", {}, {}, true, false, "role"},
                       {"set-logins", '\0', "LOGIN,...", "Logins, instead of those it has", {}, {}, true},
                       {"add-logins", '\0', "LOGIN,...", "Logins, beside those it has", {}, {}, true},
                       {"set-max-session-ttl", '\0', "DURATION", "How long its certificates are good (at most 168h)"}},
           .example = "tctl bots update robot --add-roles=editor",
           .formats = "",
           .run = Update},
          {.path = "bots ls", .summary = "List bots", .example = "tctl bots ls --format=json", .run = List},
          {.path = "bots rm",
           .summary = "Remove a bot with its user and its role",
           .arguments = {name},
           .example = "tctl bots rm robot",
           .formats = "",
           .run = Remove}};
}

}  // namespace sallyport
