// Makes the settings for joining and for the network from a checked configuration.
#pragma once

#include "libbase/error.h"
#include "libclient/environment.h"
#include "libmachine/bot/config/bot_config.h"
#include "libmachine/join_settings.h"

namespace sallyport {

// Returns the settings of a bot that starts. A join URI is applied to the configuration first. Fails with kBadParameter
// (no address, a conflict with the join URI, an unreadable ca_path), and kNotImplemented (fips, a join method or an
// output that is not implemented).
Result<JoinSettings> BotSettings(BotConfig& config, const EnvironmentReader& environment);

}  // namespace sallyport
