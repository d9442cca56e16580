// Defines bots, the users of machines. A bot is stored as a user and a role named after the bot, so it has no item in
// the backend.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Labels of the user and the role of a bot: its name, and the current generation of its certificates.
inline constexpr std::string_view kBotLabel = "teleport.internal/bot";
inline constexpr std::string_view kBotGenerationLabel = "teleport.internal/bot-generation";

inline constexpr std::chrono::hours kDefaultBotSessionTtl{12};
inline constexpr std::chrono::hours kMaxBotSessionTtl{168};

// Returns the name of the user and the role of a bot: "bot-NAME", with spaces as "-".
std::string BotResourceName(std::string_view bot);

// Return the rows of the kinds.
KindRow BotKind();
KindRow BotInstanceKind();

}  // namespace sallyport
