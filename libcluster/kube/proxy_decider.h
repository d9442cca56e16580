// Follows the proxy's decisions for Kubernetes requests, on agents, which have no roles.
#pragma once

#include <memory>
#include <string>

#include "libcluster/kube/cluster_info.h"
#include "libcluster/kube/decider.h"
#include "libidentity/trust.h"

namespace sallyport {

// Returns a decider that accepts requests from the proxies of `cluster` alone; `trust` has its host authorities.
std::unique_ptr<KubeDecider> DecidedByProxy(TrustSet trust, std::string cluster, FindKubeCluster find);

}  // namespace sallyport
