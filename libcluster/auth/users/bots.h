// Bots as what they are kept as: a user, who has one role, by which it may take on the bot's roles.
#pragma once

#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "teleport/machineid/v1/bot.pb.h"

namespace sallyport {

struct BotParts {
  types::UserV2 user;
  types::RoleV6 role;
};

// Returns user and role of a new bot, which has been checked.
Result<BotParts> PartsOfBot(const teleport::machineid::v1::Bot& bot, std::string_view created_by, Time now);

// Returns the bot that a user and a role are. kBadParameter when the user is no bot's.
Result<teleport::machineid::v1::Bot> BotOfParts(const BotParts& parts);

// Puts fields of a bot into its parts, by the paths of an update: spec.roles, spec.traits, spec.max_session_ttl,
// metadata.description. kBadParameter for others.
Status UpdateBotParts(const teleport::machineid::v1::Bot& bot,
                      const google::protobuf::RepeatedPtrField<std::string>& paths, BotParts& parts);

}  // namespace sallyport
