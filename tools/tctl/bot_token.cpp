#include "tools/tctl/bot_token.h"

#include <algorithm>

#include "libbase/time.h"
#include "libclient/calls/join_token.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

// Returns the remaining lifetime of a token; 0 when it does not expire.
Nanoseconds LifeOf(const types::ProvisionTokenV2& token) {
  const auto expires = ExpiresOf(token);
  return expires && *expires != Time{} ? *expires - Now() : Nanoseconds(0);
}

std::string Text(const types::ProvisionTokenV2& token, const std::string& proxy) {
  const std::string& method = token.spec().joinmethod();
  std::string text = fmt::format("The bot token: {}\n", token.metadata().name());
  if (const auto life = LifeOf(token); life > Nanoseconds(0)) {
    text +=
        fmt::format("The token is valid for {}{}.\n", FormatDuration(std::chrono::round<std::chrono::seconds>(life)),
                    method == "token" ? " and for one bot" : "");
  }
  text += fmt::format(
      "\nRun this command on the machine of the bot, and keep it running; the bot writes certificates to "
      "./tbot-user:\n\n"
      "tbot start \\\n   --destination-dir=./tbot-user \\\n   --token={} \\\n   --proxy-server={} \\\n"
      "   --join-method={}\n\nThe bot must reach {} and be able to write to /var/lib/teleport/bot, or to --data-dir.\n",
      token.metadata().name(), proxy, method, proxy);
  return text;
}

}  // namespace

Result<types::ProvisionTokenV2> CreateBotToken(RpcClient& rpc, const std::string& bot, const std::string& ttl) {
  ASSIGN_OR_RETURN(auto token,
                   MakeJoinToken({.roles = {"Bot"}, .ttl = ttl.empty() ? std::string(kBotTokenTtl) : ttl, .bot = bot}));
  RETURN_IF_ERROR(CreateJoinToken(rpc, token));
  return token;
}

Result<types::ProvisionTokenV2> ReadBotToken(RpcClient& rpc, const std::string& bot, const std::string& token) {
  ASSIGN_OR_RETURN(auto found, ReadJoinToken(rpc, token));
  const auto& roles = found.spec().roles();
  if (std::ranges::find(roles, "Bot") == roles.end()) {
    return Fail(ErrorKind::kBadParameter, "the token is not for bots: its roles are {}", fmt::join(roles, ", "));
  }
  if (found.spec().botname() != bot) {
    return Fail(ErrorKind::kBadParameter, "the token is for bot \"{}\", not \"{}\"", found.spec().botname(), bot);
  }
  return found;
}

Result<Output> HowBotJoins(RpcClient& rpc, const teleport::machineid::v1::Bot& bot,
                           const types::ProvisionTokenV2& token) {
  ASSIGN_OR_RETURN(const std::string proxy, ProxyAddress(rpc));
  Output output = Output::Of(Value(Value::Map{{"user_name", bot.status().user_name()},
                                              {"role_name", bot.status().role_name()},
                                              {"token_id", token.metadata().name()},
                                              {"token_ttl", static_cast<std::int64_t>(LifeOf(token).count())}}),
                             [text = Text(token, proxy)](const Value&) { return text; });
  output.json_indent = 2;
  return output;
}

}  // namespace sallyport
