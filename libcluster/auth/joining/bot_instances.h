// The instances of bots: a machine that has joined as a bot, with its latest authentications and heartbeats. An
// instance is kept under BOT/ID, and ends shortly after its last certificate (docs/protocol/joining.md#bots).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/backend/backend.h"
#include "libcluster/backend/store.h"
#include "teleport/machineid/v1/bot_instance.pb.h"

namespace sallyport {

// How many authentications, and how many heartbeats, an instance keeps beside the first.
inline constexpr int kKeptBotRecords = 10;
// How long an instance outlives its last certificate.
inline constexpr std::chrono::minutes kBotInstanceMargin{5};

// Returns "BOT/ID", and its backend's key.
std::string BotInstanceName(std::string_view bot, std::string_view id);
std::string BotInstanceKey(std::string_view bot, std::string_view id);

// Returns an instance. Fails with kNotFound.
Result<teleport::machineid::v1::BotInstance> ReadBotInstance(Backend& backend, std::string_view bot,
                                                             std::string_view id);
// Adds the write of an instance to a transaction, and sets its new revision.
void WriteBotInstance(BackendTransaction& transaction, teleport::machineid::v1::BotInstance& instance, WriteMode mode);

// Returns a new instance without authentications.
teleport::machineid::v1::BotInstance NewBotInstance(std::string_view bot, std::string_view id);

// Returns the generation of the newest authentication, or 0 without one.
std::int32_t GenerationOf(const teleport::machineid::v1::BotInstance& instance);

// Adds an authentication whose certificates expire at a time.
void AddAuthentication(teleport::machineid::v1::BotInstance& instance,
                       teleport::machineid::v1::BotInstanceStatusAuthentication authentication, Time expires);

// Stores the heartbeat of an instance, and the health of its services in place of the stored one. Fails with
// kBadParameter (no heartbeat, names or reasons too long), kLimitExceeded (too large), kNotFound (no such instance).
Status StoreHeartbeat(Backend& backend, std::string_view bot, std::string_view id,
                      const teleport::machineid::v1::SubmitHeartbeatRequest& request);

}  // namespace sallyport
