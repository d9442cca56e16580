// Paths of the methods for bots, used by kinds and commands.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "teleport/machineid/v1/bot.pb.h"
#include "teleport/machineid/v1/bot_instance.pb.h"

namespace sallyport {

inline std::string BotPath(std::string_view method) {
  return fmt::format("/teleport.machineid.v1.BotService/{}", method);
}
inline std::string BotInstancePath(std::string_view method) {
  return fmt::format("/teleport.machineid.v1.BotInstanceService/{}", method);
}

// Reads a bot. Fails with kNotFound.
Result<teleport::machineid::v1::Bot> ReadBot(RpcClient& rpc, const std::string& name);

// Reads an instance by "BOT/ID". Fails with kBadParameter when the text has another form, and with kNotFound.
Result<teleport::machineid::v1::BotInstance> ReadBotInstance(RpcClient& rpc, std::string_view name);

}  // namespace sallyport
