// Which instances of bots a list asks for, and their order (docs/protocol/auth-api.md#pages).
#pragma once

#include <string>

#include "libbase/error.h"
#include "teleport/machineid/v1/bot_instance.pb.h"

namespace sallyport {

// Returns whether an instance is of the bot that the request names, and has its word, in any case, in the bot's name,
// the instance's ID, or the host name, join method or version (`v18.3.0` too) of the last heartbeat.
bool IsWantedInstance(const teleport::machineid::v1::ListBotInstancesRequest& request,
                      const teleport::machineid::v1::BotInstance& instance);

enum class BotInstanceOrder { kByBot, kByActivity };

// Returns the order of a request; without one, or without a field, it is that of names. Fails with kBadParameter for an
// unknown field.
Result<BotInstanceOrder> OrderOfInstances(const teleport::machineid::v1::ListBotInstancesRequest& request);

// Returns the text by which instances are sorted, different for each instance.
std::string SortKeyOf(const teleport::machineid::v1::BotInstance& instance, BotInstanceOrder order);

}  // namespace sallyport
