// Where discovery services look for Kubernetes clusters: one row and one file for each kind of cluster of a cloud
// (docs/protocol/discovery.md#clouds).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/stop_signal.h"
#include "libclient/environment.h"
#include "libclient/network.h"
#include "libcluster/agents/discovery/discovery_matcher.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {

// The result of a search.
struct FoundClusters {
  // As they are to be written, without the labels of group and config.
  std::vector<types::KubernetesClusterV3> clusters;
  // Keys (CloudKeyOf) of clusters that exist and that the matcher leaves out: other tags, switched off.
  std::set<std::string> unwanted;
  // The reasons for which the search is not whole. Clusters that the search has not found may exist then.
  std::vector<std::string> problems;
  std::vector<std::string> missing_rights;    // among the reasons
  std::vector<std::string> notices;           // single clusters that cannot be served, and why
  std::optional<std::chrono::seconds> pause;  // that the cloud asks for
};

enum class Presence { kGone, kThere, kUnknown };

// One thread at a time. Calls block, until the process stops.
class CloudSource {
 public:
  virtual ~CloudSource() = default;
  virtual FoundClusters Find(const DiscoveryMatcher& matcher) = 0;
  // Returns whether Find could find a cluster: it is in a place that the matcher names.
  virtual bool Covers(const DiscoveryMatcher& matcher, const types::KubernetesClusterV3& cluster) const = 0;
  // Asks the cloud for one cluster that Find has not found. Adds to the problems of `found` when there is no answer.
  virtual Presence Look(const types::KubernetesClusterV3& cluster, FoundClusters& found) = 0;
};

struct CloudParts {
  const EnvironmentReader& environment;
  const NetworkSettings& network;
  const StopSignal& stop;  // outlives the source
};

struct CloudRow {
  std::string_view cloud;  // "azure": the section of the configuration
  std::string_view type;   // "aks": of the section's types
  // Whether a resource is of this kind.
  bool (*is_of)(const types::KubernetesClusterV3& cluster);
  // Fails when the environment of the process contradicts itself.
  Result<std::unique_ptr<CloudSource>> (*make)(const CloudParts& parts);
};

// Returns all rows, which live as long as the program.
std::span<const CloudRow> AllClouds();

// The rows.
CloudRow AksRow();

// Returns which cluster of which cloud a resource is, whatever its name is: the same for all spellings that the cloud
// takes for equal.
std::string CloudKeyOf(const types::KubernetesClusterV3& cluster);

}  // namespace sallyport
