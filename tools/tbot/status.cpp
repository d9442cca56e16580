#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "libmachine/bot/bot.h"
#include "tools/tbot/start_flags.h"

namespace sallyport {
namespace {

constexpr AskedProgram kAskedBot{
    .name = "bot",
    .hint = "start the bot with the same storage directory, or give that of the running bot: --storage=DIR"};

struct StatusOptions {
  std::string storage;
};

// Returns the storage directory of the bot that runs with these options.
Result<std::string> StorageDirectory(const Invocation& invocation, const StatusOptions& given) {
  ASSIGN_OR_RETURN(BotConfig config, GivenConfig(invocation));
  if (!given.storage.empty()) {
    ASSIGN_OR_RETURN(config.storage, ParseDestinationUri(given.storage));
  }
  if (config.storage.type == DestinationType::kNone) return std::string(kBotStoragePath);
  if (config.storage.type == DestinationType::kDirectory) return config.storage.path;
  return FailWithHint(ErrorKind::kBadParameter, "only a bot whose storage is a directory can be asked for its status",
                      "set diag_addr, and ask for /readyz");
}

std::string StatusText(const Value& status) {
  std::string text;
  for (const auto& [key, label] :
       {std::pair("bot", "Bot"), std::pair("instance", "Instance"), std::pair("cluster", "Cluster"),
        std::pair("identity_expires", "Identity expires")}) {
    if (const std::string value = TextAt(status, key); !value.empty()) text += fmt::format("{}: {}\n", label, value);
  }
  text += fmt::format("Status: {}\n\n", TextAt(status, "status"));

  std::vector<std::vector<std::string>> rows;
  std::string failures;
  const Value* services = status.Find("services");
  for (const auto& service : services == nullptr ? Value::List{} : services->as_list()) {
    rows.push_back({TextAt(service, "name"), TextAt(service, "status"), TextAt(service, "last_success"),
                    TextAt(service, "next_run"), TextAt(service, "destination")});
    if (const std::string error = TextAt(service, "error"); !error.empty()) {
      failures += fmt::format("\n{}: {}\n", TextAt(service, "name"), error);
      if (const std::string hint = TextAt(service, "next_step"); !hint.empty()) failures += fmt::format("  {}\n", hint);
    }
  }
  return text + RenderTable({"Service", "Status", "Last Success", "Next Run", "Destination"}, rows) + failures;
}

Result<Output> ShowStatus(const Invocation& invocation, const StatusOptions& given) {
  ASSIGN_OR_RETURN(const std::string directory, StorageDirectory(invocation, given));
  ASSIGN_OR_RETURN(const std::string answer, AskLocalSocket(fmt::format("{}/{}", directory, kStatusSocket), kAskedBot));
  ASSIGN_OR_RETURN(Value status, ParseJson(answer));
  return Output::Of(std::move(status), StatusText);
}

}  // namespace

Command BotStatusCommand() {
  return {.path = "status",
          .summary = "Show what the running bot does: what is due when, what failed, and what to do",
          .options = {{.name = "storage",
                       .value_name = "URI",
                       .help = "Storage directory of the bot (default that of the configuration)",
                       .into = Into<&StatusOptions::storage>}},
          .example = "tbot status -c /etc/tbot.yaml",
          .run = RunWith<ShowStatus>};
}

}  // namespace sallyport
