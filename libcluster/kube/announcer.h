// Keeps the kube_server resources of this process alive, so that clients find its clusters. They expire
// by themselves when the process is gone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
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

 private:
  KubeAnnouncer(AgentAuth& auth, Options options) : auth_(auth), options_(std::move(options)) {}
  // Announces `clusters` in place of the earlier ones.
  Status Announce(const std::vector<KubeClusterInfo>& clusters);

  AgentAuth& auth_;
  const Options options_;
  std::optional<RepeatedWork> announcing_;
};

}  // namespace sallyport
