// Decides what a discovery service writes and removes after a pass over its clouds. Pure.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {

// The clusters that a pass has found, for all matchers together.
struct DiscoveryPass {
  std::vector<types::KubernetesClusterV3> found;  // with all of their labels
  std::set<std::string> unwanted;                 // keys of clusters that exist and are not to be served
  bool whole = false;                             // every search of the pass succeeded
};

struct DiscoveryPlan {
  std::vector<types::KubernetesClusterV3> put;      // new or different
  std::vector<std::string> remove;                  // names
  std::vector<types::KubernetesClusterV3> confirm;  // to remove after the cloud has said that they do not exist
  std::vector<std::string> name_conflicts;          // found clusters that another one's name keeps out, for people
};

// Returns the plan. `stored` are the resources of the group. `covers` tells whether a matcher of this service could
// find a cluster; `owns_uncovered` whether the service may remove those that none could: no other service of the group
// has other matchers.
//
// Nothing is removed unless the pass was whole. A cluster that a whole pass has not seen, in a place where it would
// have been seen, is asked for once more: lists of clouds are incomplete at times, also when they say nothing of it.
DiscoveryPlan PlanDiscovery(const std::vector<types::KubernetesClusterV3>& stored, const DiscoveryPass& pass,
                            const std::function<bool(const types::KubernetesClusterV3&)>& covers, bool owns_uncovered);

}  // namespace sallyport
