// Asks the cluster for the certificates of an output: a new key, and the roles that the output may use
// (docs/protocol/tbot.md#certificates-of-outputs).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libmachine/bot/identity/bot_cluster.h"
#include "libmachine/bot/identity/credentials.h"

namespace sallyport {

struct OutputRequest {
  std::vector<std::string> roles;
  std::string suite;  // of the cluster's keys, for the output's key
  Nanoseconds ttl{};
  bool allow_reissue = false;
  std::string route_to_cluster;  // empty: the bot's cluster
  std::string kubernetes_cluster;
  std::optional<BotApplication> application;
};

// Returns the roles of an output: the configured ones, or all that the bot may impersonate. Fails with kAccessDenied
// when there are none, and as the cluster does.
Result<std::vector<std::string>> OutputRoles(BotCluster& cluster, const BotCredentials& bot,
                                             const std::vector<std::string>& configured);

// Returns new credentials. Logs a warning when they end before the requested time. Fails as the cluster does.
Result<BotCredentials> IssueOutput(BotCluster& cluster, const BotCredentials& bot, const OutputRequest& request);

}  // namespace sallyport
