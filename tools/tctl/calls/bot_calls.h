// Paths of the methods about bots, for the kinds and the commands.
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

// Reads a bot; kNotFound.
Result<teleport::machineid::v1::Bot> ReadBot(RpcClient& rpc, const std::string& name);

// Reads an instance by "BOT/ID"; kBadParameter when the text is none, kNotFound.
Result<teleport::machineid::v1::BotInstance> ReadBotInstance(RpcClient& rpc, std::string_view name);

}  // namespace sallyport
