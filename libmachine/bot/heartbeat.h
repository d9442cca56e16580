// Tells the cluster that the bot instance runs, and how its services are (docs/protocol/tbot.md#heartbeats).
#pragma once

#include <string>
#include <vector>

#include "libbase/time.h"
#include "libmachine/bot/service_states.h"
#include "teleport/machineid/v1/bot_instance.pb.h"

namespace sallyport {

struct HeartbeatFacts {
  std::string hostname;
  std::string join_method;
  Time started_at{};
  bool is_startup = false;
  bool oneshot = false;
};

// Returns the message for the states of the services at this time.
teleport::machineid::v1::SubmitHeartbeatRequest MakeHeartbeat(const HeartbeatFacts& facts,
                                                              const std::vector<ServiceState>& states);

}  // namespace sallyport
