#include "libcluster/kube/dynamic_clusters.h"

#include <poll.h>

#include "libbase/backoff.h"
#include "libbase/digest.h"
#include "libbase/log.h"
#include "libkube/resource_kubeconfig.h"
#include "libresources/kinds/metadata.h"
#include "sallyport/v1/kube_clusters.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

constexpr std::chrono::milliseconds kFirstFollowPause{500};
constexpr std::chrono::seconds kLongestFollowPause{30};

// Returns the API server of a resource, and how to authenticate there.
Result<KubeEndpoint> EndpointOf(const types::KubernetesClusterV3& cluster) {
  const auto& spec = cluster.spec();
  if (!spec.kubeconfig().empty()) return ReadResourceKubeconfig(spec.kubeconfig(), cluster.metadata().name());
  const auto of_cloud = [](std::string_view cloud) {
    return FailWithHint(ErrorKind::kNotImplemented, fmt::format("clusters of {} are not implemented", cloud),
                        "write a kubeconfig with a token of the cluster into spec.kubeconfig");
  };
  if (!spec.azure().resourcename().empty()) return of_cloud("Azure");
  if (!spec.aws().name().empty()) return of_cloud("AWS");
  if (!spec.gcp().name().empty()) return of_cloud("Google Cloud");
  return Fail(ErrorKind::kBadParameter, "the resource has neither a kubeconfig nor a cluster of a cloud");
}

// Returns a text that differs when something of a resource differs that counts here. A kubeconfig is a secret.
std::string ContentOf(const types::KubernetesClusterV3& cluster) {
  std::string content = Sha256(cluster.spec().SerializeAsString());
  for (const auto& [key, value] : LabelsOf(cluster)) content += fmt::format("{}={}\n", key, value);
  return content;
}

}  // namespace

DynamicClusters::DynamicClusters(std::vector<LabelSelector> selectors, Parts parts)
    : selectors_(std::move(selectors)), parts_(std::move(parts)), thread_([this] { Run(); }) {}

DynamicClusters::~DynamicClusters() {
  stop_.Stop();
  thread_.join();
}

void DynamicClusters::Run() {
  Backoff backoff(kFirstFollowPause, kLongestFollowPause);
  while (!stop_.stopped()) {
    listed_.clear();
    complete_ = false;
    const Status ended = parts_.auth.FollowKubeClusters(
        selectors_,
        [&](const v1::FollowedKubeClusters& changes) {
          Take(changes);
          if (complete_) backoff.Reset();
        },
        stop_);
    if (stop_.stopped()) return;

    const auto pause = backoff.Next();
    Log(LogLevel::kWarning, "the kube_cluster resources are not followed now; what is known is served",
        {{"reason", ended.error().message}, {"pause", FormatDuration(pause)}});
    pollfd stopped{stop_.descriptor(), POLLIN, 0};
    ::poll(&stopped, 1, static_cast<int>(pause / std::chrono::milliseconds(1)));
  }
}

void DynamicClusters::Take(const v1::FollowedKubeClusters& changes) {
  bool changed = false;
  for (const auto& change : changes.changes()) {
    if (change.has_put()) {
      if (!complete_) listed_.insert(change.put().metadata().name());
      changed = Put(change.put()) || changed;
    } else {
      listed_.erase(change.removed());
      changed = Remove(change.removed()) || changed;
    }
  }

  if (changes.complete()) {
    complete_ = true;
    changed = RemoveUnlisted() || changed;
  }
  if (changed) parts_.changed();
}

// Serves a cluster as its resource says. Returns whether something has changed.
bool DynamicClusters::Put(const types::KubernetesClusterV3& cluster) {
  const std::string& name = cluster.metadata().name();
  std::string content = ContentOf(cluster);
  if (known_[name] == content) return false;
  known_[name] = std::move(content);
  if (parts_.served.IsConfigured(name)) {
    Log(LogLevel::kWarning, "a kube_cluster is left out: the configuration has a cluster of that name",
        {{"kubernetes_cluster", name}});
    return false;
  }

  auto endpoint = EndpointOf(cluster);
  const Status served = endpoint ? parts_.forwarder.Serve(std::move(*endpoint)) : std::unexpected(endpoint.error());
  if (!served) {
    Log(LogLevel::kError, "a kube_cluster is left out",
        {{"kubernetes_cluster", name}, {"reason", served.error().message}, {"hint", served.error().hint}});
    parts_.forwarder.Drop(name);
    parts_.served.Remove(name);
    return true;
  }
  parts_.served.Put({name, LabelsOf(cluster)});
  Log(LogLevel::kInfo, "a kube_cluster is served", {{"kubernetes_cluster", name}});
  return true;
}

bool DynamicClusters::Remove(const std::string& name) {
  if (known_.erase(name) == 0 || parts_.served.IsConfigured(name)) return false;
  parts_.served.Remove(name);
  parts_.forwarder.Drop(name);
  Log(LogLevel::kInfo, "a kube_cluster is gone", {{"kubernetes_cluster", name}});
  return true;
}

// Removes what was gone when the call began.
bool DynamicClusters::RemoveUnlisted() {
  std::vector<std::string> gone;
  for (const auto& [name, content] : known_) {
    if (!listed_.contains(name)) gone.push_back(name);
  }
  bool changed = false;
  for (const auto& name : gone) changed = Remove(name) || changed;
  listed_.clear();
  return changed;
}

}  // namespace sallyport
