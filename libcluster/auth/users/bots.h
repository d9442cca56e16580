// Converts a bot to and from its stored form: a user with one role, which may impersonate the bot's roles.
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

// Returns the user and the role of a new, checked bot.
Result<BotParts> PartsOfBot(const teleport::machineid::v1::Bot& bot, std::string_view created_by, Time now);

// Returns the bot of a user and a role. Fails with kBadParameter when the user is not a bot's.
Result<teleport::machineid::v1::Bot> BotOfParts(const BotParts& parts);

// Updates the parts with the bot's fields named by the paths of an update: spec.roles, spec.traits,
// spec.max_session_ttl, metadata.description. Fails with kBadParameter for other paths.
Status UpdateBotParts(const teleport::machineid::v1::Bot& bot,
                      const google::protobuf::RepeatedPtrField<std::string>& paths, BotParts& parts);

}  // namespace sallyport
