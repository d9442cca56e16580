// Keeps the kube_server resources of this process alive, so that clients find its clusters. They expire
// by themselves when the process is gone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/repeated_work.h"
#include "libcluster/auth_client/agent_auth.h"
#include "libcluster/kube/cluster_info.h"

namespace sallyport {

class KubeAnnouncer {
 public:
  struct Options {
    std::string host_id;
    std::string address;  // "HOST:PORT"
    std::vector<KubeClusterInfo> clusters;
  };
  // Announces at once (and removes earlier announcements of clusters that this host no longer serves), then again every
  // five minutes.
  static Result<std::unique_ptr<KubeAnnouncer>> Start(AgentAuth& auth, Options options);
  // Withdraws the announced clusters.
  ~KubeAnnouncer();

  // Announces these clusters from now on, in place of the earlier ones; a failure is logged, and tried again with the
  // next announcement. Safe from several threads.
  void Use(std::vector<KubeClusterInfo> clusters) EXCLUDES(mutex_);

 private:
  KubeAnnouncer(AgentAuth& auth, Options options)
      : auth_(auth),
        host_id_(std::move(options.host_id)),
        address_(std::move(options.address)),
        clusters_(std::move(options.clusters)) {}
  // Announces `clusters` in place of the earlier ones.
  Status Announce(const std::vector<KubeClusterInfo>& clusters) REQUIRES(mutex_);
  void AnnounceAgain() EXCLUDES(mutex_);

  AgentAuth& auth_;
  const std::string host_id_;
  const std::string address_;
  Mutex mutex_;  // held while a list is announced: a later list is not overtaken
  std::vector<KubeClusterInfo> clusters_ GUARDED_BY(mutex_);
  std::optional<RepeatedWork> announcing_;
};

}  // namespace sallyport
