// The clusters that all logins of this host reach: `tsh ls --all`, `tsh kube ls --all`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libclient/rpc.h"
#include "tools/shell/command.h"

namespace sallyport {

struct ReachedCluster {
  std::string proxy;  // HOST:PORT of the login
  std::string cluster;
  RpcClient& rpc;  // to its auth service
};

using ClusterVisitor = std::function<Status(const ReachedCluster& reached)>;

// Visits the root cluster of every valid login, and the clusters that trust it, in the order of the logins' proxies.
// Returns the clusters that could not be visited, including those of expired logins. Fails when there is no login, and
// when no cluster could be visited.
Result<std::vector<Error>> VisitEveryCluster(const Invocation& invocation, const ClusterVisitor& visit);

// Makes a list of the visited clusters. The exit code is that of the first failure.
Output EveryClusterOutput(Value::List items, std::vector<Error> failures);

}  // namespace sallyport
