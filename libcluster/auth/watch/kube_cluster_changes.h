// Reads the kube_cluster resources that an agent serves: all that its selectors match, then each change.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libcluster/backend/change_feed.h"
#include "libresources/matching/labels.h"
#include "sallyport/v1/kube_clusters.pb.h"

namespace sallyport {

// Not safe from several threads.
class KubeClusterChanges {
 public:
  // A resource matches when one of the selectors matches its labels. `wake` is called on a committing thread when Next
  // may have something; it must not block. The backend must outlive the object.
  KubeClusterChanges(Backend& backend, const std::vector<LabelSelector>& selectors, std::function<void()> wake);

  // Returns the next resources and changes, with secrets, and `complete` once at the end of what there is; an answer
  // without anything when nothing is new. An answer has less than a MiB. May block on the disk. Fails with
  // kLimitExceeded when too many changes came between two calls: read everything again.
  Result<v1::FollowedKubeClusters> Next();

 private:
  Status ListSome(v1::FollowedKubeClusters& answer);
  Status AddChange(const BackendEvent& change, v1::FollowedKubeClusters& answer);
  Result<bool> Matches(const types::KubernetesClusterV3& cluster) const;

  Backend& backend_;
  std::vector<LabelMatcher> matchers_;
  std::shared_ptr<ChangeWatcher> watcher_;  // before the first read, so that no change is missed
  std::string listed_to_;                   // the name of the last resource that was read
  bool listed_ = false;
  std::set<std::string> sent_;  // names
  SharedEvents changes_;        // from next_ on
  std::size_t next_ = 0;
};

}  // namespace sallyport
