// Runs a bot until a signal.
#pragma once

#include "libbase/error.h"
#include "libmachine/bot/config/bot_config.h"
#include "tools/shell/command.h"

namespace sallyport {

// Runs a checked configuration: once, or until SIGTERM or SIGINT; SIGHUP and SIGUSR1 renew everything at once. Fails as
// Bot does.
Status RunBot(const Invocation& invocation, BotConfig config);

}  // namespace sallyport
