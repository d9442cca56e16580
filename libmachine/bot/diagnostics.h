// The pages of a bot's diagnostics: /livez, /readyz, /readyz/SERVICE, /metrics (docs/protocol/tbot.md#diagnostics).
#pragma once

#include <string>
#include <string_view>

#include "libmachine/bot/bot_metrics.h"
#include "libmachine/bot/service_states.h"

namespace sallyport {

// Returns the HTTP answer (RFC 9112) to a request, whatever its bytes are.
std::string AnswerDiagnostics(std::string_view request, const ServiceStates& states, const BotMetrics& metrics);

}  // namespace sallyport
