#include "libcluster/auth/watch/kube_cluster_changes.h"

#include "libcluster/backend/store.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kKubeCluster = "kube_cluster";
constexpr std::size_t kResourcesAtOnce = 100;
// An answer ends with the resource that passes this; a resource has less than as much again.
constexpr std::size_t kAnswerBytes = 384 << 10;

}  // namespace

KubeClusterChanges::KubeClusterChanges(Backend& backend, const std::vector<LabelSelector>& selectors,
                                       std::function<void()> wake)
    : backend_(backend) {
  for (const auto& selector : selectors) matchers_.emplace_back(LabelMatchers{selector, ""}, TraitMap());
  watcher_ = backend_.Watch({ResourceKey(kKubeCluster, "")}, std::move(wake));
}

Result<bool> KubeClusterChanges::Matches(const types::KubernetesClusterV3& cluster) const {
  const Labels labels = LabelsOf(cluster);
  for (const auto& matcher : matchers_) {
    ASSIGN_OR_RETURN(const bool matches, matcher.Matches(RoleCondition::kAllow, labels));
    if (matches) return true;
  }
  return false;
}

// Reads the next resources of those that existed at the start.
Status KubeClusterChanges::ListSome(v1::FollowedKubeClusters& answer) {
  ASSIGN_OR_RETURN(auto page,
                   ListResources<types::KubernetesClusterV3>(backend_, kKubeCluster, listed_to_, kResourcesAtOnce));
  for (auto& cluster : page) {
    listed_to_ = cluster.metadata().name();
    ASSIGN_OR_RETURN(const bool matches, Matches(cluster));
    if (!matches) continue;
    sent_.insert(listed_to_);
    *answer.add_changes()->mutable_put() = std::move(cluster);
    if (answer.ByteSizeLong() >= kAnswerBytes) return {};
  }
  listed_ = page.size() < kResourcesAtOnce;
  answer.set_complete(listed_);
  return {};
}

Status KubeClusterChanges::AddChange(const BackendEvent& change, v1::FollowedKubeClusters& answer) {
  ASSIGN_OR_RETURN(auto cluster, DecodeItem<types::KubernetesClusterV3>(change.item));
  const std::string name = cluster.metadata().name();
  ASSIGN_OR_RETURN(const bool matches, Matches(cluster));
  if (matches && !change.removed) {
    sent_.insert(name);
    *answer.add_changes()->mutable_put() = std::move(cluster);
  } else if (sent_.erase(name) > 0) {
    answer.add_changes()->set_removed(name);
  }
  return {};
}

Result<v1::FollowedKubeClusters> KubeClusterChanges::Next() {
  v1::FollowedKubeClusters answer;
  while (!listed_ && answer.changes_size() == 0) {
    RETURN_IF_ERROR(ListSome(answer));
    if (listed_) return answer;
  }
  if (answer.changes_size() > 0) return answer;

  while (answer.ByteSizeLong() < kAnswerBytes) {
    if (next_ == changes_.size()) {
      next_ = 0;
      ASSIGN_OR_RETURN(changes_, watcher_->Take());
      if (changes_.empty()) return answer;
    }
    RETURN_IF_ERROR(AddChange(*changes_[next_++], answer));
  }
  return answer;
}

}  // namespace sallyport
