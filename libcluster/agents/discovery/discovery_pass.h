// One pass of a discovery service over its clouds, and what follows from it for the resources of its group.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/stop_signal.h"
#include "libcluster/agents/discovery/cloud_source.h"
#include "libcluster/agents/discovery/discovery_report.h"
#include "libcluster/agents/discovery/reconcile.h"
#include "libcluster/auth_client/discovery_auth.h"

namespace sallyport {

// The sources of the clouds, by the rows of the table.
struct CloudSources {
  struct Made {
    const CloudRow* row;
    std::unique_ptr<CloudSource> source;
  };
  std::vector<Made> made;

  // Makes the sources of all rows. Fails as the rows do.
  static Result<CloudSources> Make(const CloudParts& parts);
};

// The parts that one pass works with.
struct PassParts {
  CloudSources& sources;
  DiscoveryAuth& auth;
  const StopSignal& stop;
  std::string group;
  std::vector<DiscoveryMatcher> matchers;
  // Of each discovery_config of the group, what this program does not serve.
  std::map<std::string, std::vector<std::string>> configs;
  bool owns_uncovered = true;  // see PlanDiscovery
};

struct PassResult {
  PassOutcome outcome;
  std::optional<std::chrono::seconds> pause;  // that a cloud asks for before the next pass
};

// At most so many clusters are asked for one by one in a pass; the others wait for the next one.
inline constexpr std::size_t kMaxConfirmed = 50;

// Looks for the clusters of all matchers, then writes and removes resources. Each change is logged. Fails when the auth
// service does not say what it has, and with kInterrupted.
Result<PassResult> RunDiscoveryPass(const PassParts& parts);

}  // namespace sallyport
