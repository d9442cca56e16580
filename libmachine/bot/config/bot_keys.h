// Reads the keys that both versions of tbot.yaml have.
#pragma once

#include "libbase/error.h"

namespace sallyport {

struct BotConfig;
struct ConfigNode;

// Reads the map `onboarding`. Fails with kBadParameter.
Status ReadOnboarding(BotConfig& to, const ConfigNode& node);

}  // namespace sallyport
