#include "libclient/calls/bot_calls.h"
#include "libclient/pages.h"
#include "libresources/kinds/resource.h"
#include "tools/tctl/bot_token.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct BotsInstancesLs {
  std::string name;
};

struct BotsInstancesShow {
  std::string id;
};

struct BotsInstancesAdd {
  std::string name;
  std::string token;
};

namespace machineidv1 = teleport::machineid::v1;
using machineidv1::BotInstance;

std::string TimeText(const google::protobuf::Timestamp& time) {
  return FormatTimestamp({.seconds = time.seconds(), .nanos = 0});
}

// Returns the newest join, or the first join when there was no other.
const machineidv1::BotInstanceStatusAuthentication& LatestOf(const BotInstance& instance) {
  const auto& all = instance.status().latest_authentications();
  return all.empty() ? instance.status().initial_authentication() : *all.rbegin();
}

std::string MethodOf(const machineidv1::BotInstanceStatusAuthentication& joined) {
  const std::string& method = joined.join_attrs().meta().join_method();
  return method.empty() ? joined.join_method() : method;
}

std::vector<std::string> RowOf(const BotInstance& instance) {
  const auto& status = instance.status();
  const auto& latest = LatestOf(instance);
  const bool beats = !status.latest_heartbeats().empty();
  std::int64_t seen = latest.authenticated_at().seconds();
  if (beats) seen = std::max(seen, status.latest_heartbeats().rbegin()->recorded_at().seconds());
  return {fmt::format("{}/{}", instance.spec().bot_name(), instance.spec().instance_id()),
          MethodOf(latest),
          beats ? status.latest_heartbeats().rbegin()->hostname() : "n/a",
          TimeText(status.initial_authentication().authenticated_at()),
          FormatTimestamp({.seconds = seen, .nanos = 0}),
          status.latest_authentications().empty() ? "n/a" : fmt::format("{}", latest.generation())};
}

Result<std::vector<BotInstance>> Instances(RpcClient& rpc, const std::string& bot) {
  machineidv1::ListBotInstancesRequest request;
  request.set_filter_bot_name(bot);
  std::vector<BotInstance> all;
  const auto add = [&](const machineidv1::ListBotInstancesResponse& page) -> Status {
    all.insert(all.end(), page.bot_instances().begin(), page.bot_instances().end());
    return {};
  };
  RETURN_IF_ERROR(
      EachPage<machineidv1::ListBotInstancesResponse>(rpc, BotInstancePath("ListBotInstances"), request, add));
  return all;
}

Result<Output> ListInstances(const Invocation& invocation, const BotsInstancesLs& given) {
  const std::string& bot = given.name;
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto all, Instances(*rpc, bot));
  Value::List list;
  std::vector<std::vector<std::string>> rows;
  for (const auto& instance : all) {
    list.push_back(EncodeMessage(instance));
    rows.push_back(RowOf(instance));
  }
  std::string text =
      bot.empty() ? "No bot instances found.\n" : fmt::format("No bot instances found with name \"{}\".\n", bot);
  if (!rows.empty()) {
    text = RenderTable({"ID", "Join Method", "Hostname", "Joined", "Last Seen", "Generation"}, rows);
  }
  return Output::Of(Value(std::move(list)), [text](const Value&) { return text; });
}

std::string JoinText(const machineidv1::BotInstanceStatusAuthentication& joined) {
  return fmt::format("{} by {}, generation {}", TimeText(joined.authenticated_at()), MethodOf(joined),
                     joined.generation());
}

std::string ShowText(const BotInstance& instance) {
  const auto& status = instance.status();
  std::string text = fmt::format("Bot:           {}\nID:            {}\nFirst joined:  {}\nLast joined:   {}\n",
                                 instance.spec().bot_name(), instance.spec().instance_id(),
                                 JoinText(status.initial_authentication()), JoinText(LatestOf(instance)));
  if (status.latest_heartbeats().empty()) return text + "Last heard of: never\n";
  const auto& beat = *status.latest_heartbeats().rbegin();
  return text + fmt::format("Last heard of: {} from {}, version {}, {} {}, up for {}s\n", TimeText(beat.recorded_at()),
                            beat.hostname(), beat.version(), beat.os(), beat.architecture(), beat.uptime().seconds());
}

Result<Output> Show(const Invocation& invocation, const BotsInstancesShow& given) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const BotInstance instance, ReadBotInstance(*rpc, given.id));
  return Output::Of(EncodeMessage(instance), [text = ShowText(instance)](const Value&) { return text; });
}

Result<Output> AddInstance(const Invocation& invocation, const BotsInstancesAdd& given) {
  const std::string& name = given.name;
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto bot, ReadBot(*rpc, name));
  const bool has_token = !given.token.empty();
  ASSIGN_OR_RETURN(const auto token,
                   has_token ? ReadBotToken(*rpc, name, given.token) : CreateBotToken(*rpc, name, ""));
  return HowBotJoins(*rpc, bot, token);
}

}  // namespace

std::vector<Command> BotInstanceCommands() {
  return {{.path = "bots instances ls",
           .summary = "List the instances of bots, which are the machines that have joined",
           .arguments = {{.name = "name",
                          .help = "Name of a bot (default all bots)",
                          .required = false,
                          .names = "bot",
                          .into = Into<&BotsInstancesLs::name>}},
           .example = "tctl bots instances ls robot",
           .run = RunWith<ListInstances>},

          {.path = "bots instances show",
           .summary = "Show one instance of a bot",
           .arguments = {{.name = "id", .help = "BOT/ID", .into = Into<&BotsInstancesShow::id>}},
           .example = "tctl bots instances show robot/2f0b2d2e-3d3b-4a5f-9c5b-2c1f0e9d8c7b",
           .run = RunWith<Show>},
          {.path = "bots instances add",
           .summary = "Make a token with which a bot joins on another machine",
           .arguments =
               {{.name = "name", .help = "Name of the bot", .names = "bot", .into = Into<&BotsInstancesAdd::name>}},
           .options = {{.name = "token",
                        .value_name = "TOKEN",
                        .help = "Existing token of this bot",
                        .into = Into<&BotsInstancesAdd::token>}},
           .example = "tctl bots instances add robot",
           .run = RunWith<AddInstance>}};
}

}  // namespace sallyport
