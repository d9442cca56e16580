// Does with Kubernetes requests what the proxy has decided: at an agent, which knows no roles.
#pragma once

#include <memory>
#include <string>

#include "libcluster/kube/cluster_info.h"
#include "libcluster/kube/decider.h"
#include "libidentity/trust.h"

namespace sallyport {

// Returns a decider that takes requests from the proxies of `cluster` alone; `trust` has its host authorities.
std::unique_ptr<KubeDecider> DecidedByProxy(TrustSet trust, std::string cluster, FindKubeCluster find);

}  // namespace sallyport
