#include "libcluster/agents/discovery/reconcile.h"

#include <google/protobuf/util/message_differencer.h>
#include <algorithm>
#include <map>

#include "libcluster/agents/discovery/cloud_source.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

using types::KubernetesClusterV3;
using ClustersByName = std::map<std::string, const KubernetesClusterV3*>;

// Compares what discovery decides; revision and expiry are the auth service's.
bool SaysTheSame(const KubernetesClusterV3& a, const KubernetesClusterV3& b) {
  return DescriptionOf(a) == DescriptionOf(b) && LabelsOf(a) == LabelsOf(b) &&
         google::protobuf::util::MessageDifferencer::Equals(a.spec().azure(), b.spec().azure()) &&
         google::protobuf::util::MessageDifferencer::Equals(a.spec().aws(), b.spec().aws()) &&
         google::protobuf::util::MessageDifferencer::Equals(a.spec().gcp(), b.spec().gcp());
}

// Gives each name to one cluster: to the one that has it already, else to the first in the order of keys.
ClustersByName ByName(const DiscoveryPass& pass, const ClustersByName& stored, DiscoveryPlan& plan) {
  std::map<std::string, const KubernetesClusterV3*> by_key;  // of several matchers, the first counts
  for (const auto& cluster : pass.found) by_key.emplace(CloudKeyOf(cluster), &cluster);

  ClustersByName named;
  for (const auto& [key, cluster] : by_key) {
    const auto has = stored.find(NameOf(*cluster));
    if (has != stored.end() && CloudKeyOf(*has->second) == key) named[NameOf(*cluster)] = cluster;
  }
  for (const auto& [key, cluster] : by_key) {
    const auto [at, is_new] = named.emplace(NameOf(*cluster), cluster);
    if (is_new || at->second == cluster) continue;
    plan.name_conflicts.push_back(
        fmt::format("{} is left out: {} has the name \"{}\" too", key, CloudKeyOf(*at->second), NameOf(*cluster)));
  }
  return named;
}

}  // namespace

DiscoveryPlan PlanDiscovery(const std::vector<KubernetesClusterV3>& stored, const DiscoveryPass& pass,
                            const std::function<bool(const KubernetesClusterV3&)>& covers, bool owns_uncovered) {
  DiscoveryPlan plan;
  ClustersByName has;
  for (const auto& cluster : stored) has[NameOf(cluster)] = &cluster;
  const ClustersByName wanted = ByName(pass, has, plan);
  for (const auto& [name, cluster] : wanted) {
    const auto at = has.find(name);
    if (at == has.end() || !SaysTheSame(*at->second, *cluster)) plan.put.push_back(*cluster);
  }
  if (!pass.whole) return plan;

  std::set<std::string> found;
  for (const auto& cluster : pass.found) found.insert(CloudKeyOf(cluster));
  for (const auto& [name, cluster] : has) {
    if (wanted.contains(name)) continue;
    const std::string key = CloudKeyOf(*cluster);
    if (found.contains(key) || pass.unwanted.contains(key)) {
      plan.remove.push_back(name);  // it has another name now, or is not to be served
    } else if (covers(*cluster)) {
      plan.confirm.push_back(*cluster);
    } else if (owns_uncovered) {
      plan.remove.push_back(name);
    }
  }
  return plan;
}

}  // namespace sallyport
