// The token by which a bot joins, and what is told about it.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/machineid/v1/bot.pb.h"
#include "tools/shell/output.h"

namespace sallyport {

inline constexpr std::string_view kBotTokenTtl = "1h";

// Returns a new token of a bot, made known to the cluster. `ttl` is a Go duration; empty: kBotTokenTtl.
Result<types::ProvisionTokenV2> CreateBotToken(RpcClient& rpc, const std::string& bot, const std::string& ttl);

// Returns a token that is there already; kNotFound, kBadParameter when it is not for this bot.
Result<types::ProvisionTokenV2> ReadBotToken(RpcClient& rpc, const std::string& bot, const std::string& token);

// Returns what the commands answer that give a token to a bot: names and token, for people how to start with it.
Result<Output> HowBotJoins(RpcClient& rpc, const teleport::machineid::v1::Bot& bot,
                           const types::ProvisionTokenV2& token);

}  // namespace sallyport
