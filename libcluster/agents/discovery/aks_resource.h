// Makes kube_cluster resources of AKS clusters (docs/protocol/discovery.md#labels).
#pragma once

#include "libbase/error.h"
#include "libcluster/agents/azure/aks_clusters.h"
#include "libresources/matching/labels.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {

// Returns the labels on which matchers decide: the tags, and where the cluster is. Tags whose keys no label can have
// are left out, and those in the name of the system, which are no user's to set.
Labels LabelsOfAks(const AksCluster& cluster);

// Returns the resource, without the labels of group and config. Fails with kBadParameter for a name that no resource
// can have.
Result<types::KubernetesClusterV3> ResourceOfAks(const AksCluster& cluster);

}  // namespace sallyport
