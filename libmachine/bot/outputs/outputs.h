// The outputs of tbot: each asks the cluster for its certificates and returns the files of its destination
// (docs/protocol/tbot.md#outputs).
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libmachine/bot/config/service_config.h"
#include "libmachine/bot/destination/destination.h"
#include "libmachine/bot/identity/bot_cluster.h"
#include "libmachine/bot/identity/credentials.h"

namespace sallyport {

// The sources of an output's files.
struct OutputContext {
  BotCluster& cluster;
  const BotCredentials& bot;
  const ServiceConfig& service;
  std::vector<std::string> roles;
  std::string suite;  // of the cluster's keys
  Nanoseconds ttl{};
  std::string directory;   // the absolute path of the destination; empty: it is no directory
  std::string executable;  // the absolute path of tbot
};

struct OutputType {
  std::string_view name;
  // Returns all files, in the order in which a destination replaces them.
  Result<std::vector<BotFile>> (*make)(const OutputContext& context);
};

// Returns the row of a type. Fails with kNotImplemented for a type without a row, by its name.
Result<const OutputType*> FindOutputType(const ServiceConfig& service);

// Runs an output once: certificates, then files. The roles are known before the destination is touched. Fails as the
// cluster and the destination do; after a failure the files are as before.
Status RunOutput(const ServiceConfig& service, Nanoseconds ttl, const std::string& executable, BotCluster& cluster,
                 const BotCredentials& bot, BotDestination& destination);

}  // namespace sallyport
