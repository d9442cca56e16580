// The token by which a bot joins, and the texts about it.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/machineid/v1/bot.pb.h"
#include "tools/shell/output.h"

namespace sallyport {

inline constexpr std::string_view kBotTokenTtl = "1h";

// Creates a token of a bot in the cluster. `ttl` is a Go duration; empty: kBotTokenTtl.
Result<types::ProvisionTokenV2> CreateBotToken(RpcClient& rpc, const std::string& bot, const std::string& ttl);

// Returns an existing token. Fails with kNotFound, and with kBadParameter when the token is not for this bot.
Result<types::ProvisionTokenV2> ReadBotToken(RpcClient& rpc, const std::string& bot, const std::string& token);

// Returns the result of commands that give a token to a bot: names and token, and for people the command that uses it.
Result<Output> HowBotJoins(RpcClient& rpc, const teleport::machineid::v1::Bot& bot,
                           const types::ProvisionTokenV2& token);

}  // namespace sallyport
